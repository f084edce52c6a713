// Rows of a model over cells, to a sink.
#pragma once

#include <functional>

#include "engine/generate/generate.hpp"
#include "engine/generate/row_wishes.hpp"

#include "engine/generate/sample_sink.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/sample/cell_sampler.hpp"
#include "engine/sample/sampler.hpp"

namespace vgan {

/// Draws what `request` asks for and hands it to `sink`. `keep_going` is asked between blocks and
/// throws to stop. Throws bad_config for what such a model has not.
StageSeconds generate_rows(Queue& queue, CellSampler& sampler, const GenerateRequest& request,
                           const GeneratorModel& model, const RowWishes& wishes, SampleSink& sink,
                           const std::function<void()>& keep_going);

}  // namespace vgan
