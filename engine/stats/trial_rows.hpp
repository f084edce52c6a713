// Trials as rows of numbers, some or all of a set.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/encode/scaling.hpp"

namespace vgan {

/// What numbers that are no bytes are measured by, so that neither a column of large numbers nor a
/// rare outlier outweighs all else.
class TrialUnits {
 public:
  /// By the training trials; nothing where they are bytes. Columns of rows are measured from their
  /// mean in their deviations (a constant column in ones); the numbers of images and curves from
  /// the middle of their bulk in their own unit, but those in a tail of outliers (see Scale) only
  /// as far out as the network has them.
  static std::optional<TrialUnits> of(const Trials& training);

  double measured(double value, std::int64_t column) const;

 private:
  std::vector<double> mean_, deviation_;  // [columns], or [1] for all
  std::optional<Scale> tailed_;           // of all numbers, where there is a tail
};

/// Numbers of trials as measures see them: u8 values from 0 to 1, others as they are or with
/// `units` as TrialUnits::measured. The set and `units` must outlive it.
class TrialRows {
 public:
  /// All trials, or `most` of them, evenly spread over the set.
  explicit TrialRows(const Trials& trials,
                     std::int64_t most = std::numeric_limits<std::int64_t>::max());
  /// These rows in other units; null for their own.
  TrialRows in(const TrialUnits* units) const;

  std::int64_t count() const { return count_; }
  std::int64_t size() const { return size_; }  ///< numbers in a row
  /// The number of row `row` in the set.
  std::int64_t trial(std::int64_t row) const;
  void read(std::int64_t row, float* values) const;

 private:
  const Trials* trials_;
  const TrialUnits* units_ = nullptr;
  std::int64_t count_;
  std::int64_t size_;
};

}  // namespace vgan
