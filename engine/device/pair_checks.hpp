// What the seam asks of operations on pairs of rows before any work: as operation_checks.hpp, which
// includes it.
#pragma once

#include <cstdint>
#include <string>

#include "engine/device/cell_checks.hpp"

namespace vgan {

inline void require_pairs(const char* name, MatrixView<const float> queries,
                          MatrixView<const float> points) {
  require_view(name, "queries", queries, queries.rows, queries.cols);
  require_view(name, "points", points, points.rows, queries.cols);
  require(points.rows <= INT32_MAX, name, std::to_string(points.rows) + " points",
          "at most 2^31 - 1 in a block");
}

inline void require_pairs(const char* name, const RowPairs& pairs) {
  require_pairs(name, pairs.queries, pairs.points);
  require(pairs.words >= 0 && pairs.words <= pairs.queries.cols, name,
          std::to_string(pairs.words) + " columns of words",
          "0 to " + std::to_string(pairs.queries.cols));
}

inline bool has_work(const NearestRowsTask& task) {
  const char* name = task.name;
  require_pairs(name, task.pairs);
  const std::int64_t k = task.squared.cols;
  require(k >= 1 && k <= NearestRowsTask::most_neighbours, name, std::to_string(k) + " neighbours",
          "1 to " + std::to_string(NearestRowsTask::most_neighbours));
  require_view(name, "distances", task.squared, task.pairs.queries.rows, k);
  require_view(name, "indices", task.indices, task.pairs.queries.rows, k);
  return task.squared.rows > 0;
}

inline bool has_work(const CountBallsTask& task) {
  require_pairs(task.name, task.pairs);
  require_vector(task.name, "squared radii", task.squared_radii, task.pairs.points.rows);
  require_vector(task.name, "counts", task.counts, task.pairs.queries.rows);
  return task.counts.size > 0 && task.squared_radii.size > 0;
}

inline bool has_work(const PairKernelTask& task) {
  require_pairs(task.name, task.queries, task.points);
  require(task.kernel.kind != PairKernel::Kind::gaussian || task.kernel.scale > 0.0, task.name,
          "a scale of " + general_text(task.kernel.scale), "above 0");
  require_vector(task.name, "sums", task.sums, task.queries.rows);
  return task.sums.size > 0 && task.points.rows > 0;
}

}  // namespace vgan
