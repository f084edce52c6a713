// Comparing arrays of numbers: everything must be finite, the worst element is named.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace vgan::testing {

/// |got - want| <= absolute + relative * |want|.
struct Tolerance {
  double absolute = 0.0;
  double relative = 0.0;
};

struct Comparison {
  bool close = true;
  std::size_t worst = 0;
  double worst_excess = 0.0;  ///< |error| / tolerance at `worst`
  std::string text;
};

template <class Got, class Want>
Comparison compare(const Got& got, const Want& want, const Tolerance& tolerance) {
  Comparison result;
  if (got.size() != want.size()) {
    return {false, 0, 0.0,
            std::to_string(got.size()) + " elements, wanted " + std::to_string(want.size())};
  }
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto g = static_cast<double>(got[i]);
    const auto w = static_cast<double>(want[i]);
    const double allowed = tolerance.absolute + tolerance.relative * std::fabs(w);
    const double error = std::fabs(g - w);
    const bool close = std::isfinite(g) && std::isfinite(w) && error <= allowed;
    const double excess = close ? (allowed > 0.0 ? error / allowed : 0.0) : HUGE_VAL;
    if (excess >= result.worst_excess && (!close || result.close)) {
      result.worst = i;
      result.worst_excess = excess;
      result.text = "element " + std::to_string(i) + " of " + std::to_string(got.size()) + ": " +
                    std::to_string(g) + ", wanted " + std::to_string(w) + ", error " +
                    std::to_string(error) + ", allowed " + std::to_string(allowed);
    }
    result.close = result.close && close;
    if (!close) break;
  }
  return result;
}

/// Fails the test, naming the element, unless all are finite and close.
template <class Got, class Want>
void require_close(const std::string& name, const Got& got, const Want& want,
                   const Tolerance& tolerance) {
  const Comparison result = compare(got, want, tolerance);
  INFO(name << ": " << result.text);
  REQUIRE(result.close);
}

}  // namespace vgan::testing
