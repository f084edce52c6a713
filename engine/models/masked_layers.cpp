#include "engine/models/masked_layers.hpp"

namespace vgan {

std::vector<nn::LayerSpec> masked_layers(const TrainConfig& config, std::int64_t features,
                                         std::int64_t cells) {
  const std::int64_t width = config.g_layers.front();
  std::vector<nn::LayerSpec> layers{{features, width}};
  for (std::size_t i = 0; i < config.g_layers.size(); ++i) {
    nn::LayerSpec block{width, width};
    block.kind = nn::LayerKind::residual;
    block.hidden = 2 * width;
    block.dropout = static_cast<float>(config.dropout);
    layers.push_back(block);
  }
  nn::LayerSpec norm{width, width};
  norm.kind = nn::LayerKind::layer_norm;
  layers.push_back(norm);
  nn::LayerSpec last{width, cells};
  last.zero_start = true;
  layers.push_back(last);
  return layers;
}

}  // namespace vgan
