#include "engine/metrics/neighbours.hpp"

#include <algorithm>
#include <string>

#include "engine/base/check.hpp"
#include "engine/metrics/pair_blocks.hpp"

namespace vgan {
namespace {

void require_columns(const Features& one, const Features& two) {
  require(one.columns == two.columns, "neighbours", std::to_string(two.columns) + " columns",
          std::to_string(one.columns));
}

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

Neighbours::Neighbours(MeasureDevice& device, const Features& points, std::int64_t words)
    : device_(device), points_(points), words_(words) {
  require(points.rows > 0, "neighbours", "no points", "one or more");
}

NearestRows Neighbours::nearest(const Features& queries, std::int64_t neighbours) const {
  return search(queries, neighbours, false);
}

NearestRows Neighbours::nearest_others(std::int64_t neighbours) const {
  return search(points_, neighbours, true);
}

NearestRows Neighbours::search(const Features& queries, std::int64_t neighbours,
                               bool others) const {
  require_columns(points_, queries);
  require(neighbours >= 1 && neighbours <= most_neighbours, "neighbours",
          std::to_string(neighbours), "1 to " + std::to_string(most_neighbours));
  const std::int64_t rows = std::min(block_queries, queries.rows);
  Buffer query_room, point_room;
  const Buffer squared = device_.room_for<float>(rows * neighbours, "distances to neighbours");
  const Buffer indices = device_.room_for<std::int64_t>(rows * neighbours, "neighbours");
  NearestRows made{queries.rows, neighbours, {}, {}};
  std::vector<float> some_squared;
  std::vector<std::int64_t> some_points;
  for_each_block(device_, queries, block_queries, query_room, [&](auto block, std::int64_t first) {
    NearestRowsTask task;
    task.squared = {squared.as<float>(), block.rows, neighbours, neighbours};
    task.indices = {indices.as<std::int64_t>(), block.rows, neighbours, neighbours};
    task.self = others ? first : -1;
    const std::int64_t most = block_points(points_);
    for_each_block(device_, points_, most, point_room, [&](auto points, std::int64_t first_point) {
      task.pairs = {block, points, words_};
      task.first_point = first_point;
      task.continued = first_point > 0;
      device_.backend().run(device_.queue(), task);
    });
    some_squared.resize(at(block.rows * neighbours));
    some_points.resize(at(block.rows * neighbours));
    device_.fetch(squared, some_squared);
    device_.fetch(indices, some_points);
    made.squared.insert(made.squared.end(), some_squared.begin(), some_squared.end());
    made.points.insert(made.points.end(), some_points.begin(), some_points.end());
  });
  return made;
}

std::vector<float> Neighbours::squared_radii(std::int64_t neighbours) const {
  const NearestRows found = nearest_others(neighbours);
  std::vector<float> made(at(found.rows));
  for (std::int64_t i = 0; i < found.rows; ++i) {
    made[at(i)] = found.squared_distance(i, neighbours - 1);
  }
  return made;
}

std::vector<std::int64_t> Neighbours::count_balls(const Features& queries,
                                                  std::span<const float> squared_radii) const {
  require_columns(points_, queries);
  require(std::ssize(squared_radii) == points_.rows, "neighbours",
          std::to_string(squared_radii.size()) + " radii", std::to_string(points_.rows));
  Buffer query_room, point_room, radius_room;
  std::vector<std::int64_t> made, some;
  for_each_block(device_, queries, block_queries, query_room, [&](auto block, std::int64_t) {
    const Buffer counts = device_.room_for<std::int64_t>(block.rows, "counts of balls");
    const std::int64_t most = block_points(points_);
    for_each_block(device_, points_, most, point_room, [&](auto points, std::int64_t first_point) {
      const MatrixView<const float> radii = device_.bring(
          {squared_radii.data() + first_point, 1, points.rows, points.rows}, radius_room);
      device_.backend().run(device_.queue(),
                            CountBallsTask{{block, points, words_},
                                           {radii.data, radii.cols},
                                           {counts.as<std::int64_t>(), block.rows}});
    });
    some.resize(at(block.rows));
    device_.fetch(counts, some);
    made.insert(made.end(), some.begin(), some.end());
  });
  return made;
}

PrecisionRecall ManifoldRows::means() const {
  const auto share = [](const auto& values) {
    const auto positive = std::count_if(values.begin(), values.end(), [](auto v) { return v > 0; });
    return static_cast<double>(positive) / static_cast<double>(values.size());
  };
  double all = 0.0;
  for (const std::int64_t count : balls) all += static_cast<double>(count);
  const double density =
      all / (static_cast<double>(neighbours) * static_cast<double>(balls.size()));
  return {share(balls), share(around), density, share(covered)};
}

ManifoldRows manifold_rows(MeasureDevice& device, const Features& real, const Features& generated,
                           std::int64_t neighbours) {
  require_columns(real, generated);
  const std::int64_t rows = std::min(real.rows, generated.rows);
  require(neighbours >= 1 && rows > neighbours, "precision and recall",
          std::to_string(rows) + " rows", "more than " + std::to_string(neighbours));
  const Neighbours of_real(device, real), of_generated(device, generated);
  const std::vector<float> radii = of_real.squared_radii(neighbours);
  ManifoldRows made;
  made.neighbours = neighbours;
  made.balls = of_real.count_balls(generated, radii);
  made.around = of_generated.count_balls(real, of_generated.squared_radii(neighbours));
  const NearestRows closest = of_generated.nearest(real);
  for (std::int64_t i = 0; i < real.rows; ++i) {
    made.covered.push_back(closest.squared_distance(i) <= radii[at(i)] ? 1 : 0);
  }
  return made;
}

PrecisionRecall precision_recall(MeasureDevice& device, const Features& real,
                                 const Features& generated, std::int64_t neighbours) {
  return manifold_rows(device, real, generated, neighbours).means();
}

PrecisionRecall precision_recall(const Features& real, const Features& generated,
                                 std::int64_t neighbours) {
  MeasureDevice device;
  return precision_recall(device, real, generated, neighbours);
}

std::vector<std::int64_t> nearest(const Features& points, const Features& queries) {
  MeasureDevice device;
  return Neighbours(device, points).nearest(queries).points;
}

}  // namespace vgan
