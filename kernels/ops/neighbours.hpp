// What is asked about the distances between rows of two matrices.
#pragma once

#include <cstdint>

#include "kernels/view.hpp"

namespace vgan {

/// Each query beside each point. The squared distance of two rows is the sum of (q - p)^2 over all
/// columns but the last `words`, in float, column by column from the first on, and then 1 for each
/// of the last that differs. Every device gives the same, but for what is below float's smallest
/// normal number.
struct RowPairs {
  MatrixView<const float> queries;  ///< [n, columns]
  MatrixView<const float> points;   ///< [m, columns]
  std::int64_t words = 0;           ///< 0 to columns

  VGAN_HOST_DEVICE std::int64_t numbers() const { return queries.cols - words; }
};

/// The k nearest points of each query, the nearest first, of equally near ones that of the lowest
/// index. A point whose distance is not finite is near nothing; places that are left have distance
/// infinity and index -1.
struct NearestRowsTask {
  static constexpr const char* name = "nearest_rows";
  static constexpr std::int64_t most_neighbours = 32;

  RowPairs pairs;
  std::int64_t first_point = 0;  ///< the index of the first point, for points that come in blocks
  std::int64_t self = -1;        ///< not below 0: query i is not compared with point self + i
  /// The results are there already for points of indices below first_point, and these join in.
  bool continued = false;
  MatrixView<float> squared;         ///< [n, k], k from 1 to most_neighbours
  MatrixView<std::int64_t> indices;  ///< [n, k]
};

/// counts[i] += how many points lie no further from query i than their own radius, at a finite
/// distance.
struct CountBallsTask {
  static constexpr const char* name = "count_balls";

  RowPairs pairs;
  VectorView<const float> squared_radii;  ///< [m]; that of a negative number or NaN holds nothing
  VectorView<std::int64_t> counts;        ///< [n]
};

}  // namespace vgan
