// Sets of features beside those of held-out trials.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/metrics/measure_device.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/figures.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// How many rows of each side are measured, evenly spread over those that there are.
struct FeatureLimits {
  std::int64_t gaussian;    ///< to which Gaussians are fitted, and which lie along lines
  std::int64_t neighbours;  ///< whose neighbours are sought among each other
  std::int64_t kernel;      ///< whose pairs a kernel is summed over

  static FeatureLimits of(MeasureDepth depth);
};

/// Judges features by those of held-out trials.
class FeatureJudge {
 public:
  /// `rows`: features of a table's rows, whose kernel is Gaussian. Throws internal for fewer rows
  /// than the measures need.
  FeatureJudge(Features training, Features held_out, bool rows, std::uint64_t seed);

  /// What is measured on a device: precision, recall, density, coverage, and at full depth the
  /// distance by a kernel.
  Figures device_figures(MeasureDevice& device, const Features& samples, MeasureDepth depth) const;
  /// The rest, as pieces that may be done side by side: each makes figures of its own. `samples`
  /// must outlive them.
  std::vector<std::function<Figures()>> pieces(const Features& samples, MeasureDepth depth) const;

  const Features& training() const { return training_; }
  const Features& held_out() const { return held_out_; }

 private:
  Figures kernel_figures(MeasureDevice& device, const Features& samples, MeasureDepth depth) const;

  Features training_, held_out_;
  bool rows_;
  std::uint64_t seed_;
  double bandwidth_ = 1.0;  ///< of a Gaussian kernel
};

}  // namespace vgan
