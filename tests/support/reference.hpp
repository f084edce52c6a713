// The slow, obvious twins: plain loops in double.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/math/activation.hpp"

namespace vgan::testing::reference {

using Values = std::vector<double>;

inline std::size_t at(std::int64_t row, std::int64_t col, std::int64_t cols) {
  return static_cast<std::size_t>(row * cols + col);
}

inline double activate(math::Activation activation, double x, double slope) {
  switch (activation) {
    case math::Activation::leaky_relu: return x > 0.0 ? x : slope * x;
    case math::Activation::tanh: return std::tanh(x);
    case math::Activation::sigmoid: return 1.0 / (1.0 + std::exp(-x));
    case math::Activation::identity: break;
  }
  return x;
}

inline double derivative_from_output(math::Activation activation, double y, double slope) {
  switch (activation) {
    case math::Activation::leaky_relu: return y > 0.0 ? 1.0 : slope;
    case math::Activation::tanh: return 1.0 - y * y;
    case math::Activation::sigmoid: return y * (1.0 - y);
    case math::Activation::identity: break;
  }
  return 1.0;
}

/// [n, k] x [k, m] (+ bias [m]).
inline Values product(const Values& a, const Values& b, std::int64_t n, std::int64_t k,
                      std::int64_t m, const Values& bias = {}) {
  Values c(static_cast<std::size_t>(n * m), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t p = 0; p < k; ++p) {
      for (std::int64_t j = 0; j < m; ++j) c[at(i, j, m)] += a[at(i, p, k)] * b[at(p, j, m)];
    }
    for (std::int64_t j = 0; j < m && !bias.empty(); ++j) {
      c[at(i, j, m)] += bias[static_cast<std::size_t>(j)];
    }
  }
  return c;
}

inline Values transpose(const Values& a, std::int64_t rows, std::int64_t cols) {
  Values t(a.size());
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < cols; ++j) t[at(j, i, rows)] = a[at(i, j, cols)];
  }
  return t;
}

inline Values column_sums(const Values& a, std::int64_t rows, std::int64_t cols) {
  Values sums(static_cast<std::size_t>(cols), 0.0);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < cols; ++j) sums[static_cast<std::size_t>(j)] += a[at(i, j, cols)];
  }
  return sums;
}

/// d f / d x[i] for every i by central differences of `step`, in double.
template <class Function>
std::vector<double> central_differences(std::vector<double> x, double step, Function f) {
  std::vector<double> gradient;
  for (double& value : x) {
    const double at = value;
    value = at + step;
    const double above = f(x);
    value = at - step;
    const double below = f(x);
    value = at;
    gradient.push_back((above - below) / (2.0 * step));
  }
  return gradient;
}

}  // namespace vgan::testing::reference
