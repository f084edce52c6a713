// Trials as rows of numbers, some or all of a set.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/readers/image_set.hpp"

namespace vgan {

/// What a number of each column is measured by, where columns have units of their own: so that no
/// column counts for more than another because its unit is small.
struct ColumnUnits {
  std::vector<double> mean, deviation;  ///< [columns]; the deviation of a constant column is 1
};

/// By the training trials, where they are rows of numbers that are no bytes; else nothing.
std::optional<ColumnUnits> column_units(const ImageSet& training);

/// u8 values count from 0 to 1, floats as they are, or with `units` as (x - mean) / deviation. The
/// set and `units` must outlive it.
class TrialRows {
 public:
  /// All trials, or `most` of them, evenly spread over the set.
  explicit TrialRows(const ImageSet& images,
                     std::int64_t most = std::numeric_limits<std::int64_t>::max());
  /// These rows in other units; null for their own.
  TrialRows in(const ColumnUnits* units) const;

  std::int64_t count() const { return count_; }
  std::int64_t size() const { return size_; }  ///< numbers in a row
  /// The number of row `row` in the set.
  std::int64_t trial(std::int64_t row) const;
  void read(std::int64_t row, float* values) const;

 private:
  const ImageSet* images_;
  const ColumnUnits* units_ = nullptr;
  std::int64_t count_;
  std::int64_t size_;
};

}  // namespace vgan
