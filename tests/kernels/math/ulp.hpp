// How far a float lies from the true value, in units in the last place.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace vgan::testing {

/// |got - want| in units of the last place of `want` as a float (2^-149 in the subnormal range).
/// NaN against NaN and an infinity against its like are 0; any other pair that is not finite is
/// infinitely far.
inline double ulp_error(float got, double want) {
  const double infinity = std::numeric_limits<double>::infinity();
  const float rounded = static_cast<float>(want);
  if (std::isnan(want)) return std::isnan(got) ? 0.0 : infinity;
  if (std::isinf(rounded)) return got == rounded ? 0.0 : infinity;
  if (!std::isfinite(got)) return infinity;
  int exponent = 0;
  std::frexp(rounded, &exponent);
  return std::fabs(double{got} - want) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

/// The worst of many errors and the argument it came at.
struct WorstError {
  double error = 0.0;
  float at = 0.0f;

  void see(double candidate, float argument) {
    if (candidate <= error) return;
    error = candidate;
    at = argument;
  }
};

}  // namespace vgan::testing
