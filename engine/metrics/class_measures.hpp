// Which classes, or clusters, trials come from, and how often.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/class_shares.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// The share of each of `classes` (ascending, each once) among `labels`; labels that are none of
/// them count in no share, so that shares may sum to less than 1. Throws internal for no labels or
/// no classes.
ClassShares class_shares(std::span<const std::int32_t> labels,
                         std::span<const std::int32_t> classes);

/// Each label once, ascending.
std::vector<std::int32_t> classes_of(std::span<const std::int32_t> labels);

/// What two sets of labels come to beside each other, over the classes of the real one.
struct ClassFigures {
  Estimate difference;  ///< total variation between shares, 0 to 1
  Estimate modes;       ///< classes that the generated set has, 0 to as many as there are
  Estimate smallest;    ///< the least share of a class in the generated set
};

/// A class counts as a mode that is there if the generated set has it at least `present_share`
/// times as often as the real one has; so that a stray label, which a classifier finds by mistake,
/// is no mode.
inline constexpr double present_share = 0.1;

/// With `options`, with intervals of both sides resampled: that of the difference is centred, the
/// others are percentiles. A generated label that no real trial has counts in the difference alone.
/// Time is a pass, and resamples * groups * classes. Throws internal for no labels on a side.
ClassFigures class_figures(std::span<const std::int32_t> real,
                           std::span<const std::int32_t> generated,
                           const BootstrapOptions* options = nullptr);

/// Clusters of features, where there are no labels: by k-means (code_clusters) of up to `most_rows`
/// rows, evenly spread; clusters that came out empty are dropped.
class FeatureModes {
 public:
  static constexpr std::int64_t most_rows = 10000;
  static constexpr std::int64_t usual_clusters = 10;

  /// Throws internal for no rows, and for fewer than one cluster.
  FeatureModes(const Features& training, std::int64_t clusters, std::uint64_t seed);

  std::int64_t count() const { return count_; }
  /// The cluster of each row, below count(), whose centre is nearest, the first of several. Throws
  /// internal for other columns.
  std::vector<std::int32_t> of(const Features& features) const;

 private:
  std::int64_t count_ = 0, columns_;
  std::vector<double> centres_;  ///< [count_, columns_]
};

}  // namespace vgan
