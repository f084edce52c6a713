// The sums of a softmax over a column's cells, in lanes (math::softmax_lanes), for loops that run
// at any vector width (clones.hpp).
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/math/cells.hpp"

namespace vgan::cpu {

/// x[0] = the fold of x[0] to x[2 * half - 1]: the upper half goes into the lower, until one number
/// is left. Loops of sizes that the compiler knows become a handful of instructions.
template <int half, class Fold>
inline void fold_lanes(float* x, Fold fold) {
  for (int lane = 0; lane < half; ++lane) x[lane] = fold(x[lane], x[lane + half]);
  if constexpr (half > 1) fold_lanes<half / 2>(x, fold);
}

/// The greater of two, the first where the second is NaN.
inline float greater(float a, float b) { return b > a ? b : a; }

/// The greatest of the lanes, which are folded in place.
inline float greatest_lane(float (&most)[math::softmax_lanes]) {
  fold_lanes<math::softmax_lanes / 2>(most, greater);
  return most[0];
}

/// The sum of the lanes, which are folded in place.
inline float sum_of_lanes(float (&sums)[math::softmax_lanes]) {
  fold_lanes<math::softmax_lanes / 2>(sums, [](float a, float b) { return a + b; });
  return sums[0];
}

/// The greatest of x[0] to x[count - 1]; those that are NaN are passed over.
inline float greatest(const float* x, std::int64_t count) {
  constexpr int lanes = math::softmax_lanes;
  float most[lanes];
  for (int lane = 0; lane < lanes; ++lane) most[lane] = -std::numeric_limits<float>::infinity();
  std::int64_t t = 0;
  for (; t + lanes <= count; t += lanes) {
    for (int lane = 0; lane < lanes; ++lane) most[lane] = greater(most[lane], x[t + lane]);
  }
  for (int lane = 0; lane < count - t; ++lane) most[lane] = greater(most[lane], x[t + lane]);
  return greatest_lane(most);
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
  return sum_of_lanes(sums);
}

}  // namespace vgan::cpu
