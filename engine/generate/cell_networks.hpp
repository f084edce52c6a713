// The networks of a model over cells from its file to a sampler.
#pragma once

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/sample/cell_sampler.hpp"

namespace vgan {

/// Loads all networks of `model` into `sampler`, which has as many: their averages where there are
/// some and `raw_weights` is false. Throws as load_weights.
void load_cell_networks(Backend& backend, Queue& queue, CellSampler& sampler,
                        const GeneratorModel& model, const Checkpoint& checkpoint,
                        bool raw_weights);

}  // namespace vgan
