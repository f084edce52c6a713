#include "engine/metrics/neighbours.hpp"

#include <algorithm>
#include <limits>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

constexpr float nowhere = std::numeric_limits<float>::infinity();

// Squared. Principal components come in the order of their variance, so that the first few settle
// most comparisons: anything above `limit` may stand for a distance beyond it.
float squared_distance(const float* a, const float* b, std::int64_t n, float limit) {
  float sum = 0.0F;
  for (std::int64_t first = 0; first < n; first += 16) {
    const std::int64_t last = std::min(first + 16, n);
    float sums[4] = {0.0F, 0.0F, 0.0F, 0.0F};
    std::int64_t i = first;
    for (; i + 4 <= last; i += 4) {
      for (int k = 0; k < 4; ++k) sums[k] += (a[i + k] - b[i + k]) * (a[i + k] - b[i + k]);
    }
    for (; i < last; ++i) sums[0] += (a[i] - b[i]) * (a[i] - b[i]);
    sum += (sums[0] + sums[1]) + (sums[2] + sums[3]);
    if (sum > limit) break;
  }
  return sum;
}

// The squared distance of each point to its k-th nearest other one.
std::vector<float> radii(const Features& points, std::int64_t k) {
  std::vector<float> made;
  std::vector<float> closest;  // the k nearest so far, in order
  for (std::int64_t i = 0; i < points.rows; ++i) {
    closest.assign(static_cast<std::size_t>(k), nowhere);
    for (std::int64_t j = 0; j < points.rows; ++j) {
      if (j == i) continue;
      const float distance =
          squared_distance(points.row(i), points.row(j), points.columns, closest.back());
      if (!(distance < closest.back())) continue;
      closest.back() = distance;
      for (std::size_t at = closest.size() - 1; at > 0 && closest[at] < closest[at - 1]; --at) {
        std::swap(closest[at], closest[at - 1]);
      }
    }
    made.push_back(closest.back());
  }
  return made;
}

// The share of `points` that lie in a ball of `manifold`.
double share_inside(const Features& points, const Features& manifold,
                    const std::vector<float>& radius) {
  std::int64_t inside = 0;
  for (std::int64_t i = 0; i < points.rows; ++i) {
    for (std::int64_t j = 0; j < manifold.rows; ++j) {
      const float limit = radius[static_cast<std::size_t>(j)];
      if (squared_distance(points.row(i), manifold.row(j), points.columns, limit) > limit) continue;
      ++inside;
      break;
    }
  }
  return static_cast<double>(inside) / static_cast<double>(points.rows);
}

void require_columns(const Features& one, const Features& two) {
  require(one.columns == two.columns, "neighbours", std::to_string(two.columns) + " columns",
          std::to_string(one.columns));
}

}  // namespace

PrecisionRecall precision_recall(const Features& real, const Features& generated,
                                 std::int64_t neighbours) {
  require_columns(real, generated);
  const std::int64_t rows = std::min(real.rows, generated.rows);
  require(neighbours >= 1 && rows > neighbours, "precision and recall",
          std::to_string(rows) + " rows", "more than " + std::to_string(neighbours));
  return {share_inside(generated, real, radii(real, neighbours)),
          share_inside(real, generated, radii(generated, neighbours))};
}

std::vector<std::int64_t> nearest(const Features& points, const Features& queries) {
  require_columns(points, queries);
  require(points.rows > 0, "neighbours", "no points", "one or more");
  std::vector<std::int64_t> made;
  for (std::int64_t i = 0; i < queries.rows; ++i) {
    float best = nowhere;
    std::int64_t next = 0;
    for (std::int64_t j = 0; j < points.rows; ++j) {
      const float distance = squared_distance(queries.row(i), points.row(j), points.columns, best);
      if (!(distance < best)) continue;
      best = distance;
      next = j;
    }
    made.push_back(next);
  }
  return made;
}

}  // namespace vgan
