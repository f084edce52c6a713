// How often each of some cells comes, by group of rows: what resampled shares are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/metrics/bootstrap.hpp"

namespace vgan {

/// Counts [groups, cells] of the rows of a Resampling, which must outlive it.
class GroupedCounts {
 public:
  GroupedCounts(const Resampling& draws, std::size_t cells)
      : draws_(draws),
        cells_(cells),
        counted_(static_cast<std::size_t>(draws.groups()) * cells, 0) {}

  /// Counts one row in one cell; a row may be in several.
  void add(std::int64_t row, std::size_t cell) {
    const std::int32_t group = draws_.group_of()[static_cast<std::size_t>(row)];
    ++counted_[static_cast<std::size_t>(group) * cells_ + cell];
  }
  std::size_t cells() const { return cells_; }
  /// [cells]: counts over the sum of all counts, of all rows and of a resample.
  std::vector<double> shares() const;
  std::vector<double> shares(std::span<const std::int32_t> counts) const;

 private:
  const Resampling& draws_;
  std::size_t cells_;
  std::vector<std::int32_t> counted_;
};

/// Half the sum of the absolute differences of shares: the total variation, 0 to 1. Throws internal
/// where there are not as many.
double total_variation(std::span<const double> one, std::span<const double> two);

}  // namespace vgan
