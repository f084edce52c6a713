// How near rows lie to those that a model was trained on.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// Finds the closest training row of others. The distance is Euclidean: numbers count in the
/// standard deviation of their column's training rows, words that differ as 1. A missing number
/// stands at the mean of its column, and whether it is missing is one word more.
class RecordDistance {
 public:
  /// Throws internal for no rows.
  explicit RecordDistance(const MeasuredRows& training);

  /// The median of the distances of `rows` to the closest training row. Time is the product of the
  /// numbers of rows. Throws internal for no rows or other columns.
  double median(const MeasuredRows& rows) const;

 private:
  struct Scale {
    double mean = 0.0, deviation = 1.0;
  };
  std::vector<float> coded(const MeasuredRows& rows) const;
  float squared_distance(const float* a, const float* b, float limit) const;

  MeasuredRows training_;
  std::vector<Scale> scales_;         ///< of each column of numbers
  std::vector<std::size_t> numbers_;  ///< which columns these are
  std::vector<std::size_t> words_;    ///< the others, and the numbers that may be missing
  std::vector<float> coded_;          ///< [rows, numbers + words]
};

}  // namespace vgan
