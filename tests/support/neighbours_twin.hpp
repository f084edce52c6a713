// What kernels/ops/neighbours.hpp asks for by plain loops over all pairs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace vgan::testing {

/// Rows of numbers, tight.
struct PlainRows {
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values;

  const float* row(std::int64_t i) const { return values.data() + i * columns; }
};

/// Column by column in float; the last `words` columns count 1 where they differ.
inline float plain_squared_distance(const float* a, const float* b, std::int64_t columns,
                                    std::int64_t words = 0) {
  float sum = 0.0F;
  for (std::int64_t c = 0; c < columns - words; ++c) {
    const float apart = a[c] - b[c];
    sum += apart * apart;
  }
  for (std::int64_t c = columns - words; c < columns; ++c) sum += a[c] != b[c] ? 1.0F : 0.0F;
  return sum;
}

struct PlainNear {
  float squared = std::numeric_limits<float>::infinity();
  std::int64_t point = -1;

  bool operator==(const PlainNear&) const = default;
};

/// The k points nearest to `query`, but point `self`: all are sorted.
inline std::vector<PlainNear> plain_nearest(const float* query, const PlainRows& points,
                                            std::int64_t k, std::int64_t words = 0,
                                            std::int64_t self = -1) {
  std::vector<PlainNear> all;
  for (std::int64_t j = 0; j < points.rows; ++j) {
    const float squared = plain_squared_distance(query, points.row(j), points.columns, words);
    if (j != self && squared < std::numeric_limits<float>::infinity()) all.push_back({squared, j});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const PlainNear& a, const PlainNear& b) { return a.squared < b.squared; });
  all.resize(static_cast<std::size_t>(k));
  return all;
}

/// How many points are no further from `query` than their radius, at a finite distance.
inline std::int64_t plain_balls(const float* query, const PlainRows& points,
                                const std::vector<float>& squared_radii, std::int64_t words = 0) {
  std::int64_t count = 0;
  for (std::int64_t j = 0; j < points.rows; ++j) {
    const float squared = plain_squared_distance(query, points.row(j), points.columns, words);
    const bool finite = squared < std::numeric_limits<float>::infinity();
    count += finite && squared <= squared_radii[static_cast<std::size_t>(j)] ? 1 : 0;
  }
  return count;
}

}  // namespace vgan::testing
