// Teaching a network of features.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/stop_request.hpp"
#include "engine/device/backend.hpp"
#include "engine/features/feature_network.hpp"

namespace vgan {

/// How long and how fast a network learns.
struct FeatureTraining {
  std::int64_t batch = 64;
  std::int64_t steps = 0;
  double rate = 0.005;  ///< Adam's, after a warm-up and before it falls to 0 along a cosine
  std::uint64_t seed = 0;

  /// How layers learn from `trials` trials: in some passes over few, in one over many, and in fewer
  /// steps where each of them takes long. `seed` is that of a run, whose own random numbers it does
  /// not touch: see Purpose::features.
  static FeatureTraining of(const std::vector<nn::LayerSpec>& layers, std::int64_t trials,
                            std::uint64_t seed);
};

/// Fills in the network's weights. A classifier minimises the cross-entropy of `classes`, the place
/// of each trial's label among network.labels; an autoencoder, for which they are empty, the
/// squared error of its reconstructions. The outcome depends on trials and seed, not on how many
/// threads the device has. Throws diverged where the weights are no longer finite, and interrupted
/// where `stop` asks for it before a step.
void train_features(Backend& backend, const TrialRows& trials,
                    const std::vector<std::int32_t>& classes, const FeatureTraining& training,
                    FeatureNetwork& network, const StopRequest& stop = {});

}  // namespace vgan
