// A row of numbers of one type as numbers of another.
#pragma once

#include <cstdint>

#include "kernels/math/bfloat16.hpp"

namespace vgan::cpu {

/// to[i] = from[i], rounded to nearest where Out is narrower. The caller picks the vectors' width.
template <class In, class Out>
void convert_row(const In* from, std::int64_t count, Out* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] = math::from_float<Out>(math::to_float(from[i]));
  }
}

}  // namespace vgan::cpu
