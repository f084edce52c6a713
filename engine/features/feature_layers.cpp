#include "engine/features/feature_layers.hpp"

#include <algorithm>

#include "engine/models/single_layers.hpp"

namespace vgan {
namespace {

constexpr std::int64_t few_numbers = 256;      // no convolution pays below
constexpr std::int64_t few_positions = 64;     // after which a dense layer takes over
constexpr std::int64_t many_positions = 4096;  // from which a layer goes four places at a time
constexpr std::int64_t most_filters = 32;
constexpr std::int64_t fewest_filters = 8;
constexpr std::int64_t kernel = 4;
constexpr std::int64_t dense_width = 256;

bool convolves(const TrialShape& shape) {
  return shape.kind != TrialKind::row && !shape.is_pair() && shape.size() > few_numbers &&
         shape.height * shape.width > few_positions;
}

// Each convolution's stride, the first one's first.
std::vector<std::int64_t> strides_of(const TrialShape& shape) {
  std::vector<std::int64_t> strides;
  std::int64_t height = shape.height;
  std::int64_t width = shape.width;
  while (height * width > few_positions) {
    const std::int64_t stride = height * width > many_positions ? 4 : 2;
    strides.push_back(stride);
    if (height > 1) height = strided(height, stride);
    if (width > 1) width = strided(width, stride);
  }
  return strides;
}

// The first layers have the most positions, so they have the fewest filters.
std::int64_t filters_of(std::size_t layer, std::size_t layers) {
  const std::size_t from_last = std::min<std::size_t>(layers - 1 - layer, 8);
  return std::max(fewest_filters, most_filters >> from_last);
}

std::vector<ConvGeometry> geometries_of(const TrialShape& shape) {
  const std::vector<std::int64_t> strides = strides_of(shape);
  std::vector<ConvGeometry> geometries;
  TrialShape image = shape;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const std::int64_t filters = filters_of(i, strides.size());
    geometries.push_back(geometry_of(image, filters, kernel, strides[i], "features"));
    const ConvGeometry& g = geometries.back();
    image = {g.small_height, g.small_width, g.filters};
  }
  return geometries;
}

// From trials to features, whose layer ends in `last`.
std::vector<nn::LayerSpec> layers_to_features(const TrialShape& shape, Activation last) {
  std::vector<nn::LayerSpec> layers;
  if (convolves(shape)) {
    for (const ConvGeometry& g : geometries_of(shape)) {
      layers.push_back(convolution(g, false, Activation::leaky_relu));
    }
  } else {
    layers.push_back(dense_layer(shape.size(), dense_width, Activation::leaky_relu, "features"));
  }
  layers.push_back(dense_layer(layers.back().outputs, most_features, last, "features"));
  return layers;
}

}  // namespace

FeatureLayers classifier_layers(const TrialShape& shape, std::int64_t classes) {
  FeatureLayers made{layers_to_features(shape, Activation::leaky_relu), 0};
  made.hidden = made.layers.size();
  made.layers.push_back(dense_layer(most_features, classes, Activation::identity, "features"));
  return made;
}

FeatureLayers autoencoder_layers(const TrialShape& shape) {
  FeatureLayers made{layers_to_features(shape, Activation::identity), 0};
  made.hidden = made.layers.size();
  const std::int64_t below = made.layers.back().inputs;
  made.layers.push_back(dense_layer(most_features, below, Activation::leaky_relu, "features"));
  if (convolves(shape)) {
    std::vector<ConvGeometry> geometries = geometries_of(shape);
    for (auto g = geometries.rbegin(); g != geometries.rend(); ++g) {
      made.layers.push_back(convolution(*g, true, Activation::leaky_relu));
    }
  } else {
    made.layers.push_back(
        dense_layer(dense_width, shape.size(), Activation::leaky_relu, "features"));
  }
  made.layers.back().activation = Activation::identity;
  return made;
}

double products_of(const std::vector<nn::LayerSpec>& layers) {
  double products = 0.0;
  for (const nn::LayerSpec& layer : layers) {
    const auto each = static_cast<double>(layer.weight_rows() * layer.weight_cols());
    products += each * static_cast<double>(layer.convolves() ? layer.geometry.positions() : 1);
  }
  return products;
}

}  // namespace vgan
