#include "engine/models/single_layers.hpp"

#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/settings/layer_list.hpp"

namespace vgan {
namespace {

std::string text(std::int64_t number) { return std::to_string(number); }

void require_size(const char* setting, double height, double width, double channels) {
  if (height * width * channels <= static_cast<double>(most_numbers)) return;
  const auto whole = [](double side) { return text(static_cast<std::int64_t>(side)); };
  refuse_setting(setting,
                 "an image of " + whole(height) + " x " + whole(width) + " x " + whole(channels),
                 "up to 2^28 numbers in each layer");
}

void require_size(const char* setting, const TrialShape& image) {
  require_size(setting, static_cast<double>(image.height), static_cast<double>(image.width),
               static_cast<double>(image.channels));
}

}  // namespace

std::int64_t kernel_side(const TrainConfig& config) {
  if (config.kernel > 0) return config.kernel;
  return config.net == NetKind::conv1d ? 8 : 4;
}

std::int64_t strided(std::int64_t side, std::int64_t stride) {
  return (side + stride - 1) / stride;
}

ConvGeometry geometry_of(const TrialShape& large, std::int64_t filters, std::int64_t kernel,
                         std::int64_t step, const char* setting) {
  ConvGeometry g;
  const auto along = [&](std::int64_t side, std::int64_t& small, std::int64_t& k, std::int64_t& s,
                         std::int64_t& pad) {
    k = side == 1 ? 1 : kernel;
    s = side == 1 ? 1 : step;
    small = strided(side, s);
    pad = std::max<std::int64_t>(0, (small - 1) * s + k - side) / 2;
  };
  require_size(setting, large);
  g.height = large.height;
  g.width = large.width;
  g.channels = large.channels;
  g.filters = filters;
  along(large.height, g.small_height, g.kernel_h, g.stride_h, g.pad_h);
  along(large.width, g.small_width, g.kernel_w, g.stride_w, g.pad_w);
  require_size(setting, {g.small_height, g.small_width, filters});
  return g;
}

nn::LayerSpec dense_layer(std::int64_t inputs, std::int64_t outputs, Activation activation,
                          const char* setting) {
  if (static_cast<double>(inputs) * static_cast<double>(outputs) > 0x1p40) {
    refuse_setting(setting, "a dense layer of " + text(inputs) + " x " + text(outputs),
                   "up to 2^40 weights in each layer");
  }
  return {inputs, outputs, activation};
}

nn::LayerSpec convolution(const ConvGeometry& g, bool transposed, Activation activation) {
  nn::LayerSpec spec;
  spec.kind = transposed ? nn::LayerKind::transposed_conv : nn::LayerKind::conv;
  spec.inputs = transposed ? g.small_size() : g.large_size();
  spec.outputs = transposed ? g.large_size() : g.small_size();
  spec.activation = activation;
  spec.geometry = g;
  return spec;
}

}  // namespace vgan
