// A quantile of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace vgan {

/// The number at `share`, 0 to 1, of the way through sorted numbers, one or more, linearly between
/// two of them where it lies so.
inline double sorted_quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(place), sorted.size() - 1);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return (1.0 - part) * sorted[below] + part * sorted[above];
}

}  // namespace vgan
