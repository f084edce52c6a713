// tf32 as the kernels round to it, for plain loops in double.
#pragma once

#include <cmath>

namespace vgan::testing {

/// The nearest tf32, halves away from zero: 11 bits of mantissa, one of them implied.
inline double nearest_tf32(double value) {
  if (value == 0.0) return 0.0;
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);
  return std::ldexp(std::round(mantissa * 2048.0), exponent - 11);
}

}  // namespace vgan::testing
