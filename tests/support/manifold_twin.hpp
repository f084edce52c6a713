// Precision, recall, density and coverage by plain loops.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/metrics/neighbours.hpp"

namespace vgan::testing {

/// In double; the columns of a row one after the other.
inline double plain_distance(const Features& a, std::int64_t i, const Features& b, std::int64_t j) {
  double sum = 0.0;
  for (std::int64_t c = 0; c < a.columns; ++c) {
    const double apart = double{a.row(i)[c]} - double{b.row(j)[c]};
    sum += apart * apart;
  }
  return sum;
}

/// The squared distance of each point to its k-th nearest other one.
inline std::vector<double> plain_radii(const Features& points, std::int64_t k) {
  std::vector<double> made;
  for (std::int64_t i = 0; i < points.rows; ++i) {
    std::vector<double> others;
    for (std::int64_t j = 0; j < points.rows; ++j) {
      if (j != i) others.push_back(plain_distance(points, i, points, j));
    }
    std::sort(others.begin(), others.end());
    made.push_back(others[static_cast<std::size_t>(k - 1)]);
  }
  return made;
}

inline PrecisionRecall plain_precision_recall(const Features& real, const Features& generated,
                                              std::int64_t k) {
  const std::vector<double> of_real = plain_radii(real, k),
                            of_generated = plain_radii(generated, k);
  std::vector<std::int64_t> balls(of_generated.size()), around(of_real.size());
  std::vector<bool> covered(of_real.size(), false);
  for (std::size_t i = 0; i < of_real.size(); ++i) {
    for (std::size_t j = 0; j < of_generated.size(); ++j) {
      const double distance = plain_distance(real, static_cast<std::int64_t>(i), generated,
                                             static_cast<std::int64_t>(j));
      balls[j] += distance <= of_real[i] ? 1 : 0;
      around[i] += distance <= of_generated[j] ? 1 : 0;
      covered[i] = covered[i] || distance <= of_real[i];
    }
  }
  PrecisionRecall made;
  for (const std::int64_t count : balls) {
    made.precision += (count > 0 ? 1.0 : 0.0) / static_cast<double>(generated.rows);
    made.density += static_cast<double>(count) / static_cast<double>(k * generated.rows);
  }
  for (std::size_t i = 0; i < of_real.size(); ++i) {
    made.recall += (around[i] > 0 ? 1.0 : 0.0) / static_cast<double>(real.rows);
    made.coverage += (covered[i] ? 1.0 : 0.0) / static_cast<double>(real.rows);
  }
  return made;
}

}  // namespace vgan::testing
