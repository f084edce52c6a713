// The networks that features are taken from, as lists of layers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/data/trial_shape.hpp"
#include "engine/nn/layer.hpp"

namespace vgan {

/// A network and where its features are.
struct FeatureLayers {
  std::vector<nn::LayerSpec> layers;
  std::size_t hidden = 0;  ///< features are what the first `hidden` layers put out

  std::int64_t features() const { return layers[hidden - 1].outputs; }
  /// The layers up to the features.
  std::vector<nn::LayerSpec> up_to_features() const {
    return {layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(hidden)};
  }
};

/// How many features there are at most. A Gaussian that is fitted to a few hundred trials has a
/// covariance of as many numbers squared, so more of them would be noise.
inline constexpr std::int64_t most_features = 64;

/// Trials to the logits of `classes` labels. Images and curves go through convolutions that halve
/// each side until 64 positions are left at most, and then through one dense layer; rows, and what
/// has few numbers anyway, go through two dense layers.
FeatureLayers classifier_layers(const TrialShape& shape, std::int64_t classes);
/// Trials to codes by layers like the classifier's, and by their mirror image back to trials.
FeatureLayers autoencoder_layers(const TrialShape& shape);

/// Products that one trial takes through `layers`: what a step's time goes by.
double products_of(const std::vector<nn::LayerSpec>& layers);

}  // namespace vgan
