// Kernels over pairs of rows, one pair at a time in double: the slow twin of kernel distances.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/stats/principal_components.hpp"

namespace vgan::testing {

inline double plain_dot(const Features& x, std::int64_t i, const Features& y, std::int64_t j) {
  double sum = 0.0;
  for (std::int64_t c = 0; c < x.columns; ++c) sum += double{x.row(i)[c]} * double{y.row(j)[c]};
  return sum;
}

/// (x.y / columns + 1)^3
inline double plain_cubic(const Features& x, std::int64_t i, const Features& y, std::int64_t j) {
  const double base = plain_dot(x, i, y, j) / static_cast<double>(x.columns) + 1.0;
  return base * base * base;
}

inline double plain_squared_distance(const Features& x, std::int64_t i, const Features& y,
                                     std::int64_t j) {
  double sum = 0.0;
  for (std::int64_t c = 0; c < x.columns; ++c) {
    const double apart = double{x.row(i)[c]} - double{y.row(j)[c]};
    sum += apart * apart;
  }
  return sum;
}

/// The unbiased estimate of MMD^2 of Gretton et al. 2012, equation 3.
template <class Kernel>
double plain_mmd(const Features& x, const Features& y, Kernel kernel) {
  double xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < x.rows; ++j) xx += i == j ? 0.0 : kernel(x, i, x, j);
    for (std::int64_t j = 0; j < y.rows; ++j) xy += kernel(x, i, y, j);
  }
  for (std::int64_t i = 0; i < y.rows; ++i) {
    for (std::int64_t j = 0; j < y.rows; ++j) yy += i == j ? 0.0 : kernel(y, i, y, j);
  }
  const auto m = static_cast<double>(x.rows), n = static_cast<double>(y.rows);
  return xx / (m * (m - 1.0)) + yy / (n * (n - 1.0)) - 2.0 * xy / (m * n);
}

inline double plain_kernel_distance(const Features& x, const Features& y) {
  return plain_mmd(x, y, plain_cubic);
}

inline double plain_gaussian_mmd(const Features& x, const Features& y, double bandwidth) {
  return plain_mmd(x, y, [&](const Features& a, std::int64_t i, const Features& b, std::int64_t j) {
    return std::exp(-plain_squared_distance(a, i, b, j) / (2.0 * bandwidth * bandwidth));
  });
}

}  // namespace vgan::testing
