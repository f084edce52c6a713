// Rows of a table, summarised: a line for each setting that they are drawn at.
#pragma once

#include <memory>

#include "engine/generate/generate.hpp"
#include "engine/generate/row_settings.hpp"
#include "engine/generate/sample_sink.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// Writes to `request.out`, in the dialect of the model's table (see dialect_for), a header and a
/// line for each setting: its given cells; then of each drawn column that some setting does not
/// give, of numbers NAME_mean, NAME_sd, NAME_q05, NAME_q25, NAME_q50, NAME_q75 and NAME_q95, with
/// three decimals more than the column has, dates in its format but their deviation as a number of
/// the days or seconds that they are counted in; of words NAME, the most frequent one, the first of
/// several, NAME_share, its share, and of up to `most_choices` words NAME=WORD, the share of each;
/// where the table's column lacks values NAME_missing, the share of rows that have none, which
/// count for nothing else. What a setting gives itself is empty, as what no row has. A name that is
/// there already has "_drawn" behind it. `model` must outlive it and have a schema. Throws io.
std::unique_ptr<SampleSink> make_summary_sink(const GenerateRequest& request,
                                              const GeneratorModel& model, RowSettings settings);

}  // namespace vgan
