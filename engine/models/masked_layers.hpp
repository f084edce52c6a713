// The layers of a network that predicts a table's cells.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/nn/layer.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// From `features` to the logits of `cells` cells, of resolved settings: a dense layer, a residual
/// block for each of `g_layers` with twice as many hidden numbers, a layer norm, a dense layer that
/// starts at 0.
std::vector<nn::LayerSpec> masked_layers(const TrainConfig& config, std::int64_t features,
                                         std::int64_t cells);

}  // namespace vgan
