#include "engine/stats/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/base/check.hpp"
#include "engine/stats/dot.hpp"

namespace vgan {
namespace {

/// The tridiagonal T of A = Q T Q^T and, as `rows`, Q^T; in the end eigenvalues and eigenvectors.
struct Tridiagonal {
  std::vector<double> diagonal;  ///< [n]
  std::vector<double> beside;    ///< [n - 1], between k and k + 1
  std::vector<double> rows;      ///< [n, n]
};

/// The reflection I - beta v v^T that takes a vector to (alpha, 0, ...).
struct Reflection {
  double alpha = 0.0;
  double beta = 0.0;  ///< 0: the identity
};

// `x` [n] becomes v.
Reflection reflect(double* x, std::int64_t n) {
  double largest = 0.0;
  for (std::int64_t i = 1; i < n; ++i) largest = std::max(largest, std::fabs(x[i]));
  if (largest == 0.0) return {x[0], 0.0};
  largest = std::max(largest, std::fabs(x[0]));
  for (std::int64_t i = 0; i < n; ++i)
    x[i] /= largest;  // so that squares neither over- nor underflow
  const double alpha = -std::copysign(std::sqrt(dot(x, x, n)), x[0]);
  x[0] -= alpha;
  return {alpha * largest, 2.0 / dot(x, x, n)};
}

// A := H A H for the trailing block that begins at `first`, H = I - beta v v^T.
void apply_both_sides(std::vector<double>& a, std::int64_t n, std::int64_t first, const double* v,
                      double beta, std::vector<double>& w) {
  const std::int64_t size = n - first;
  double along = 0.0;
  for (std::int64_t i = 0; i < size; ++i) {
    w[i] = beta * dot(&a[(first + i) * n + first], v, size);
    along += v[i] * w[i];
  }
  for (std::int64_t i = 0; i < size; ++i) w[i] -= 0.5 * beta * along * v[i];
  for (std::int64_t i = 0; i < size; ++i) {
    double* row = &a[(first + i) * n + first];
    for (std::int64_t j = 0; j < size; ++j) row[j] -= v[i] * w[j] + w[i] * v[j];
  }
}

// Q^T of Q = H_0 H_1 ..., whose vectors lie in the rows of `a`, right of the diagonal.
std::vector<double> collect(const std::vector<double>& a, const std::vector<double>& betas,
                            std::int64_t n) {
  std::vector<double> q(static_cast<std::size_t>(n * n), 0.0);
  for (std::int64_t i = 0; i < n; ++i) q[i * n + i] = 1.0;
  std::vector<double> sums(static_cast<std::size_t>(n));
  for (std::int64_t k = n - 3; k >= 0; --k) {
    const double beta = betas[k];
    if (beta == 0.0) continue;
    const std::int64_t first = k + 1;
    const double* v = &a[k * n];
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::int64_t i = first; i < n; ++i) {
      for (std::int64_t j = first; j < n; ++j) sums[j] += v[i] * q[i * n + j];
    }
    for (std::int64_t i = first; i < n; ++i) {
      const double share = beta * v[i];
      for (std::int64_t j = first; j < n; ++j) q[i * n + j] -= share * sums[j];
    }
  }
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < i; ++j) std::swap(q[i * n + j], q[j * n + i]);
  }
  return q;
}

Tridiagonal tridiagonal(std::vector<double> a, std::int64_t n) {
  Tridiagonal made;
  std::vector<double> betas(static_cast<std::size_t>(n), 0.0);
  std::vector<double> work(static_cast<std::size_t>(n));
  for (std::int64_t k = 0; k + 2 < n; ++k) {
    double* v = &a[k * n + k + 1];
    const Reflection h = reflect(v, n - k - 1);
    betas[k] = h.beta;
    made.beside.push_back(h.alpha);
    if (h.beta != 0.0) apply_both_sides(a, n, k + 1, v, h.beta, work);
  }
  if (n > 1) made.beside.push_back(a[(n - 2) * n + n - 1]);
  for (std::int64_t i = 0; i < n; ++i) made.diagonal.push_back(a[i * n + i]);
  made.rows = collect(a, betas, n);
  return made;
}

// Rows `k` and `k + 1` turned by (c, s).
void turn(std::vector<double>& rows, std::int64_t n, std::int64_t k, double c, double s) {
  double* upper = &rows[k * n];
  double* lower = upper + n;
  for (std::int64_t j = 0; j < n; ++j) {
    const double u = upper[j];
    upper[j] = c * u + s * lower[j];
    lower[j] = c * lower[j] - s * u;
  }
}

// One implicit QR step on the block [low, high], whose neighbours to the diagonal are not zero.
void step(Tridiagonal& t, std::int64_t n, std::int64_t low, std::int64_t high) {
  std::vector<double>& d = t.diagonal;
  std::vector<double>& e = t.beside;
  const double half = 0.5 * (d[high - 1] - d[high]);
  const double last = e[high - 1];
  const double shift =
      d[high] - last * (last / (half + std::copysign(std::hypot(half, last), half)));
  double x = d[low] - shift;
  double bulge = e[low];
  for (std::int64_t k = low; k < high; ++k) {
    const double length = std::hypot(x, bulge);
    const double c = length > 0.0 ? x / length : 1.0;
    const double s = length > 0.0 ? bulge / length : 0.0;
    if (k > low) e[k - 1] = length;
    const double a = d[k];
    const double b = e[k];
    const double g = d[k + 1];
    d[k] = c * c * a + 2.0 * c * s * b + s * s * g;
    d[k + 1] = s * s * a - 2.0 * c * s * b + c * c * g;
    e[k] = c * s * (g - a) + (c * c - s * s) * b;
    turn(t.rows, n, k, c, s);
    if (k + 1 == high) break;
    x = e[k];
    bulge = s * e[k + 1];
    e[k + 1] *= c;
  }
}

void diagonalise(Tridiagonal& t, std::int64_t n) {
  double largest = 0.0;
  for (const double value : t.diagonal) largest = std::max(largest, std::fabs(value));
  for (const double value : t.beside) largest = std::max(largest, std::fabs(value));
  const double nothing = std::numeric_limits<double>::epsilon() * largest;
  const auto is_zero = [&](std::int64_t k) { return std::fabs(t.beside[k]) <= nothing; };
  std::int64_t steps = 0;
  for (std::int64_t high = n - 1; high > 0;) {
    if (is_zero(high - 1)) {
      --high;
      continue;
    }
    std::int64_t low = high - 1;
    while (low > 0 && !is_zero(low - 1)) --low;
    ++steps;
    require(steps <= 50 * n, "eigenvalues", std::to_string(steps) + " steps", "convergence");
    step(t, n, low, high);
  }
}

}  // namespace

SymmetricEigen symmetric_eigen(std::vector<double> matrix, std::int64_t n) {
  require(n >= 1 && static_cast<std::int64_t>(matrix.size()) == n * n, "eigenvalues",
          std::to_string(matrix.size()) + " numbers", shape_text(n, n));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = i; j < n; ++j) {
      require(std::isfinite(matrix[i * n + j]), "eigenvalues", "a number that is not finite",
              "finite ones");
      matrix[j * n + i] = matrix[i * n + j];
    }
  }
  Tridiagonal t = tridiagonal(std::move(matrix), n);
  diagonalise(t, n);
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return t.diagonal[a] > t.diagonal[b]; });
  SymmetricEigen made;
  for (const std::int64_t i : order) {
    made.values.push_back(t.diagonal[i]);
    made.vectors.insert(made.vectors.end(), &t.rows[i * n], &t.rows[i * n] + n);
  }
  return made;
}

}  // namespace vgan
