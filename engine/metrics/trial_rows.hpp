// Trials as rows of numbers, some or all of a set.
#pragma once

#include <cstdint>
#include <limits>

#include "engine/readers/image_set.hpp"

namespace vgan {

/// u8 values count from 0 to 1, floats as they are. The set must outlive it.
class TrialRows {
 public:
  /// All trials, or `most` of them, evenly spread over the set.
  explicit TrialRows(const ImageSet& images,
                     std::int64_t most = std::numeric_limits<std::int64_t>::max());

  std::int64_t count() const { return count_; }
  std::int64_t size() const { return size_; }  ///< numbers in a row
  /// The number of row `row` in the set.
  std::int64_t trial(std::int64_t row) const;
  void read(std::int64_t row, float* values) const;

 private:
  const ImageSet* images_;
  std::int64_t count_;
  std::int64_t size_;
};

}  // namespace vgan
