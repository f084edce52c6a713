#include "engine/nn/layer.hpp"

#include <algorithm>

namespace vgan::nn {

std::int64_t LayerSpec::bias_size() const {
  switch (kind) {
    case LayerKind::dense:
    case LayerKind::residual:
    case LayerKind::layer_norm: break;
    case LayerKind::conv: return geometry.filters;
    case LayerKind::transposed_conv: return geometry.channels;
  }
  return outputs;
}

double LayerSpec::fan_in() const {
  const auto number = [](std::int64_t n) { return static_cast<double>(n); };
  switch (kind) {
    case LayerKind::dense:
    case LayerKind::residual:
    case LayerKind::layer_norm: break;
    case LayerKind::conv: return number(geometry.patch_size());
    // Each number of the large image is reached from one in stride_h * stride_w kernel places.
    case LayerKind::transposed_conv:
      return number(geometry.kernel_h * geometry.kernel_w * geometry.filters) /
             number(geometry.stride_h * geometry.stride_w);
  }
  return number(inputs);
}

std::vector<LayerSpec> dense_stack(const std::vector<std::int64_t>& widths, Activation last) {
  std::vector<LayerSpec> layers;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const bool is_last = i + 2 == widths.size();
    layers.push_back({widths[i], widths[i + 1], is_last ? last : Activation::leaky_relu});
  }
  return layers;
}

bool all_plain_dense(const std::vector<LayerSpec>& layers) {
  return std::all_of(layers.begin(), layers.end(),
                     [](const LayerSpec& layer) { return layer.plain_dense(); });
}

bool has_convolution(const std::vector<LayerSpec>& layers) {
  return std::any_of(layers.begin(), layers.end(),
                     [](const LayerSpec& layer) { return layer.convolves(); });
}

bool wants_tight_rows(const std::vector<LayerSpec>& layers) {
  return std::any_of(layers.begin(), layers.end(), [](const LayerSpec& layer) {
    return layer.convolves() || layer.normalised > 0;
  });
}

std::int64_t TensorSpec::size() const {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

std::vector<TensorSpec> tensors_of(const LayerSpec& layer) {
  if (layer.kind == LayerKind::residual || layer.kind == LayerKind::layer_norm) {
    std::vector<TensorSpec> tensors{{"gamma", {layer.inputs}}, {"beta", {layer.inputs}}};
    if (layer.kind == LayerKind::layer_norm) return tensors;
    tensors.push_back({"weight_in", {layer.inputs, layer.hidden}});
    tensors.push_back({"bias_in", {layer.hidden}});
    tensors.push_back({"weight_out", {layer.hidden, layer.outputs}});
    tensors.push_back({"bias_out", {layer.outputs}});
    return tensors;
  }
  std::vector<TensorSpec> tensors{{"weight", {layer.weight_rows(), layer.weight_cols()}}};
  if (layer.normalised > 0) {
    for (const char* name : {"gamma", "beta"}) tensors.push_back({name, {layer.normalised}});
    for (const char* name : {"mean", "variance"}) {
      tensors.push_back({name, {layer.normalised}, false});
    }
  } else {
    tensors.push_back({"bias", {layer.bias_size()}});
  }
  if (layer.keeps_variance) tensors.push_back({"error_variance", {layer.outputs}, false});
  if (layer.spectral) {
    tensors.push_back({"u", {layer.weight_cols()}, false});
    tensors.push_back({"v", {layer.weight_rows()}, false});
  }
  if (layer.conditions > 0) {
    if (layer.spectral) {
      tensors.push_back({"embedding_u", {layer.inputs}, false});
      tensors.push_back({"embedding_v", {layer.conditions}, false});
    }
    tensors.push_back({"embedding", {layer.conditions, layer.inputs}});
  }
  return tensors;
}

std::string layers_text(const std::vector<LayerSpec>& layers) {
  const auto image = [](std::int64_t height, std::int64_t width, std::int64_t channels) {
    return std::to_string(height) + "x" + std::to_string(width) + "x" + std::to_string(channels);
  };
  const auto seen = [&](const LayerSpec& layer) {
    const ConvGeometry& g = layer.geometry;
    if (layer.kind == LayerKind::conv) return image(g.height, g.width, g.channels);
    if (layer.kind == LayerKind::residual) {
      return std::to_string(layer.inputs) + "(" + std::to_string(layer.hidden) + ")";
    }
    if (!layer.convolves()) return std::to_string(layer.inputs);
    return image(g.small_height, g.small_width, g.filters);
  };
  std::string text;
  for (const LayerSpec& layer : layers) text += seen(layer) + "-";
  const LayerSpec& last = layers.back();
  const ConvGeometry& g = last.geometry;
  if (last.kind == LayerKind::transposed_conv) return text + image(g.height, g.width, g.channels);
  return text + std::to_string(last.outputs);
}

std::int64_t parameter_count(const std::vector<LayerSpec>& layers) {
  std::int64_t count = 0;
  for (const LayerSpec& layer : layers) {
    for (const TensorSpec& tensor : tensors_of(layer)) count += tensor.trained ? tensor.size() : 0;
  }
  return count;
}

std::int64_t multiplication_count(const std::vector<LayerSpec>& layers) {
  std::int64_t count = 0;
  for (const LayerSpec& layer : layers) {
    const ConvGeometry& g = layer.geometry;
    count += parameter_count({layer}) * (layer.convolves() ? g.small_height * g.small_width : 1);
  }
  return count;
}

}  // namespace vgan::nn
