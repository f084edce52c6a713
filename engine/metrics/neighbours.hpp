// What nearest neighbours say of two sets of features.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/metrics/measure_device.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// For each of `rows` queries its nearest points, the nearest first, of equally near ones that of
/// the lower index.
struct NearestRows {
  std::int64_t rows = 0;
  std::int64_t neighbours = 0;
  std::vector<float> squared;        ///< [rows, neighbours] distances; infinity: no such point
  std::vector<std::int64_t> points;  ///< [rows, neighbours] indices; -1: no such point

  float squared_distance(std::int64_t row, std::int64_t neighbour = 0) const {
    return squared[static_cast<std::size_t>(row * neighbours + neighbour)];
  }
  std::int64_t point(std::int64_t row, std::int64_t neighbour = 0) const {
    return points[static_cast<std::size_t>(row * neighbours + neighbour)];
  }
};

/// Finds the points near others by comparing each with each, block by block, so that the memory
/// that it takes beside the results does not grow with the rows. Distances are Euclidean, summed in
/// float column by column; a word that differs counts 1 in the square. A point or query with a NaN
/// is near nothing.
class Neighbours {
 public:
  static constexpr std::int64_t most_neighbours = 32;

  /// The last `words` columns are words, told by their numbers. `points` and `device` must outlive
  /// it. Throws internal for no points.
  Neighbours(MeasureDevice& device, const Features& points, std::int64_t words = 0);

  /// Throws internal for other columns, and unless `neighbours` is 1 to `most_neighbours`.
  NearestRows nearest(const Features& queries, std::int64_t neighbours = 1) const;
  /// The nearest other points of each point; one that has the same values is another.
  NearestRows nearest_others(std::int64_t neighbours = 1) const;
  /// The squared distance of each point to its `neighbours`-th nearest other one.
  std::vector<float> squared_radii(std::int64_t neighbours) const;
  /// For each query how many points are no further from it than their own radius. Throws internal
  /// for other columns, and unless each point has one.
  std::vector<std::int64_t> count_balls(const Features& queries,
                                        std::span<const float> squared_radii) const;

 private:
  NearestRows search(const Features& queries, std::int64_t neighbours, bool others) const;

  MeasureDevice& device_;
  const Features& points_;
  std::int64_t words_;
};

struct PrecisionRecall {
  double precision = 0.0;  ///< share of the generated that lie among the real
  double recall = 0.0;     ///< share of the real that lie among the generated
  /// How many real balls hold a generated row on average, / `neighbours`: expected to be 1 where
  /// both are drawn alike, and may be more.
  double density = 0.0;
  double coverage = 0.0;  ///< share of the real whose ball holds a generated row
};

/// What PrecisionRecall is the means of, row by row: for intervals, and to see which rows they are.
struct ManifoldRows {
  std::int64_t neighbours = 0;
  std::vector<std::int64_t> balls;    ///< [generated]: how many real balls hold the row
  std::vector<std::int64_t> around;   ///< [real]: how many generated balls hold the row
  std::vector<std::uint8_t> covered;  ///< [real]: 1 where its ball holds a generated row

  PrecisionRecall means() const;
};

/// A set's manifold is the union of balls around its points, each as wide as the way to its point's
/// `neighbours`-th nearest other point, and its rim is part of it. Precision and recall:
/// Kynkaanniemi et al. 2019, arXiv:1904.06991; density and coverage: Naeem et al. 2020,
/// arXiv:2002.09797. Time grows with the product of rows. Throws internal for no more rows than
/// `neighbours` on either side, for other columns, and unless `neighbours` is 1 to
/// Neighbours::most_neighbours.
ManifoldRows manifold_rows(MeasureDevice& device, const Features& real, const Features& generated,
                           std::int64_t neighbours = 3);
PrecisionRecall precision_recall(MeasureDevice& device, const Features& real,
                                 const Features& generated, std::int64_t neighbours = 3);
/// On all of the CPU.
PrecisionRecall precision_recall(const Features& real, const Features& generated,
                                 std::int64_t neighbours = 3);

/// For each row of `queries` the row of `points` next to it, the first of several; on all of the
/// CPU. Throws internal for no points and for other columns.
std::vector<std::int64_t> nearest(const Features& points, const Features& queries);

}  // namespace vgan
