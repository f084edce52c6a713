// The sums of a softmax over a column's cells, in lanes (math::softmax_lanes), for loops that run
// at any vector width (clones.hpp).
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/math/cells.hpp"

namespace vgan::cpu {

/// The greatest of x[0] to x[count - 1]; those that are NaN are passed over.
inline float greatest(const float* x, std::int64_t count) {
  constexpr int lanes = math::softmax_lanes;
  float most[lanes];
  for (int lane = 0; lane < lanes; ++lane) most[lane] = -std::numeric_limits<float>::infinity();
  std::int64_t t = 0;
  for (; t + lanes <= count; t += lanes) {
    for (int lane = 0; lane < lanes; ++lane) {
      most[lane] = x[t + lane] > most[lane] ? x[t + lane] : most[lane];
    }
  }
  for (int lane = 0; lane < count - t; ++lane) {
    most[lane] = x[t + lane] > most[lane] ? x[t + lane] : most[lane];
  }
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; ++lane) {
      most[lane] = most[lane + half] > most[lane] ? most[lane + half] : most[lane];
    }
  }
  return most[0];
}

/// The sum of term(0) to term(count - 1), in lanes.
template <class Term>
float lane_sum(std::int64_t count, Term term) {
  constexpr int lanes = math::softmax_lanes;
  float sums[lanes] = {};
  std::int64_t t = 0;
  for (; t + lanes <= count; t += lanes) {
    for (int lane = 0; lane < lanes; ++lane) sums[lane] += term(t + lane);
  }
  for (int lane = 0; lane < count - t; ++lane) sums[lane] += term(t + lane);
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

}  // namespace vgan::cpu
