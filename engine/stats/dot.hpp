// Sums of products in an order that vectorises: four sums in turn, then their sum.
#pragma once

#include <cstdint>

namespace vgan {

template <class A, class B>
double dot(const A* a, const B* b, std::int64_t n) {
  double sums[4] = {0.0, 0.0, 0.0, 0.0};
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    for (int k = 0; k < 4; ++k) sums[k] += static_cast<double>(a[i + k]) * b[i + k];
  }
  for (; i < n; ++i) sums[0] += static_cast<double>(a[i]) * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace vgan
