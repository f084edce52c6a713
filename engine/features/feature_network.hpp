// A network of the engine's own that features are taken from, in host memory.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/features/feature_layers.hpp"
#include "engine/features/feature_space.hpp"
#include "engine/stats/trial_rows.hpp"

namespace vgan {

/// The slope of leaky ReLU below 0 in these networks.
inline constexpr float feature_slope = 0.2F;

/// How the numbers of trials stand to a network's: (number - mean) / deviation, held to +-1e4 so
/// that no finite trial makes a feature that is not. Numbers are in TrialUnits of the training
/// trials, where these have units.
struct FeatureInput {
  double mean = 0.0;
  double deviation = 1.0;

  /// The mean and deviation of all numbers of up to 2,000 of the trials. Throws bad_data where they
  /// are all the same.
  static FeatureInput of(const TrialRows& trials, const std::string& source);
  /// Row `row` of `trials` as the network sees it.
  void read(const TrialRows& trials, std::int64_t row, float* values) const;
};

struct FeatureNetwork {
  FeatureKind kind = FeatureKind::classifier;  ///< or autoencoder
  TrialShape shape;                            ///< of the trials
  std::vector<std::int32_t> labels;            ///< of a classifier: its classes, ascending
  FeatureInput input;
  /// What features are multiplied by, so that their variances over the training trials sum up to
  /// `feature_variance`: distances of two trainings are in one unit then.
  double unit = 1.0;
  Checkpoint weights;  ///< "net.LAYER.TENSOR"

  FeatureLayers layers() const {
    return kind == FeatureKind::classifier
               ? classifier_layers(shape, static_cast<std::int64_t>(labels.size()))
               : autoencoder_layers(shape);
  }
};

/// The name of the network's tensors in `weights` begins with this.
inline constexpr const char* feature_tensors = "net";
inline constexpr double feature_variance = 100.0;

}  // namespace vgan
