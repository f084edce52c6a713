// The real trials that a model knows, opened as its run opened them, and others of their kind.
#pragma once

#include <cstdint>
#include <string>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/held_out.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/data/schema_wish.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// The trials that the model's run was trained on, and those that it held out, which may be none.
/// Throws as open_trials, and bad_data where the data came from standard input or are others now.
SplitTrials open_model_trials(const LoadedCheckpoint& loaded, const GeneratorModel& model,
                              std::int64_t threads);

/// What the columns of a further table mean, by the model's, whose file is `origin`; numbers may be
/// others than those that were trained on. Nothing for a model of no table.
SchemaWish columns_like(const GeneratorModel& model, const std::string& origin);

/// Opens `request` as trials of the model's kind; its shape and schema are the model's. Throws as
/// open_trials, and bad_data, beginning with `what`, for trials of other sides and for a table of
/// other columns or words.
Trials open_trials_like(const GeneratorModel& model, const std::string& origin, DataRequest request,
                        const std::string& what);

}  // namespace vgan
