#include "engine/metrics/frechet.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "engine/stats/dot.hpp"
#include "engine/stats/symmetric_eigen.hpp"

namespace vgan {
namespace {

using Matrix = std::vector<double>;

// a b for symmetric b.
Matrix product(const Matrix& a, const Matrix& b, std::int64_t n) {
  Matrix made(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) made[i * n + j] = dot(&a[i * n], &b[j * n], n);
  }
  return made;
}

// The symmetric root of a covariance; what rounding made negative counts as zero.
Matrix root(const Matrix& covariance, std::int64_t n) {
  const SymmetricEigen eigen = symmetric_eigen(covariance, n);
  Matrix made(static_cast<std::size_t>(n * n), 0.0);
  for (std::int64_t k = 0; k < n; ++k) {
    const double scale = std::sqrt(std::max(eigen.values[k], 0.0));
    const double* v = &eigen.vectors[k * n];
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) made[i * n + j] += scale * v[i] * v[j];
    }
  }
  return made;
}

}  // namespace

Gaussian fit_gaussian(const Features& features) {
  require(features.rows >= 2, "a Gaussian", std::to_string(features.rows) + " rows", "2 or more");
  const std::int64_t n = features.columns;
  const auto count = static_cast<double>(features.rows);
  Gaussian made{n, std::vector<double>(n, 0.0), Matrix(static_cast<std::size_t>(n * n), 0.0)};
  for (std::int64_t r = 0; r < features.rows; ++r) {
    for (std::int64_t i = 0; i < n; ++i) made.mean[i] += features.row(r)[i];
  }
  for (double& value : made.mean) value /= count;
  std::vector<double> centred(static_cast<std::size_t>(n));
  for (std::int64_t r = 0; r < features.rows; ++r) {
    for (std::int64_t i = 0; i < n; ++i) centred[i] = features.row(r)[i] - made.mean[i];
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) made.covariance[i * n + j] += centred[i] * centred[j];
    }
  }
  for (double& value : made.covariance) value /= count - 1.0;
  return made;
}

double frechet_distance(const Gaussian& one, const Gaussian& two) {
  const std::int64_t n = one.size;
  require(two.size == n, "a Frechet distance", std::to_string(two.size) + " dimensions",
          std::to_string(n));
  const Matrix r = root(one.covariance, n);
  const SymmetricEigen eigen = symmetric_eigen(product(product(r, two.covariance, n), r, n), n);
  double distance = 0.0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double apart = one.mean[i] - two.mean[i];
    distance += apart * apart + one.covariance[i * n + i] + two.covariance[i * n + i] -
                2.0 * std::sqrt(std::max(eigen.values[i], 0.0));
  }
  return std::max(distance, 0.0);
}

}  // namespace vgan
