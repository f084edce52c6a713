// Eigenvalues and eigenvectors against matrices whose own are known.
#include "engine/stats/symmetric_eigen.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "engine/base/error.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Errors of a backward stable method are a small multiple of n * 2^-53 * the largest eigenvalue.
constexpr double rounding = 1e-14;

// Numbers in [-1, 1), from a linear congruence: no structure.
std::vector<double> scattered(std::size_t count) {
  std::vector<double> values;
  std::uint64_t state = 12345;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    values.push_back(static_cast<double>(state >> 11) * 0x1p-52 - 1.0);
  }
  return values;
}

RowMatrix as_matrix(const std::vector<double>& a, std::int64_t n) {
  return Eigen::Map<const RowMatrix>(a.data(), n, n);
}

std::vector<double> values_of(const SymmetricEigen& eigen) {
  return {eigen.values.data(), eigen.values.data() + eigen.values.size()};
}

// Columns are orthonormal, A column = value * column, and the largest value is the first.
void require_eigen(const std::vector<double>& a, std::int64_t n, const SymmetricEigen& eigen) {
  REQUIRE(eigen.values.size() == n);
  REQUIRE(eigen.vectors.rows() == n);
  REQUIRE(eigen.vectors.cols() == n);
  double largest = 0.0;
  for (const double value : values_of(eigen)) largest = std::max(largest, std::fabs(value));
  const double allowed = rounding * static_cast<double>(n) * std::max(largest, 1e-300);
  double worst_product = 0.0;
  double worst_length = 0.0;
  for (std::int64_t k = 0; k < n; ++k) {
    if (k > 0) CHECK(eigen.values[k - 1] >= eigen.values[k]);
    for (std::int64_t i = 0; i < n; ++i) {
      double sum = 0.0;
      double along = 0.0;
      for (std::int64_t j = 0; j < n; ++j) {
        sum += a[static_cast<std::size_t>(i * n + j)] * eigen.vectors(j, k);
        along += eigen.vectors(j, i) * eigen.vectors(j, k);
      }
      worst_product =
          std::max(worst_product, std::fabs(sum - eigen.values[k] * eigen.vectors(i, k)));
      worst_length = std::max(worst_length, std::fabs(along - (i == k ? 1.0 : 0.0)));
    }
  }
  CHECK(worst_product <= allowed);
  CHECK(worst_length <= rounding * static_cast<double>(n));
}

}  // namespace

TEST_CASE("eigen: small matrices by hand", "[metrics]") {
  const SymmetricEigen one = symmetric_eigen(as_matrix({-3.0}, 1));
  CHECK(values_of(one) == std::vector<double>{-3.0});
  CHECK(std::fabs(one.vectors(0, 0)) == 1.0);

  const std::vector<double> two = {2.0, 1.0, 1.0, 2.0};
  const SymmetricEigen of_two = symmetric_eigen(as_matrix(two, 2));
  require_close("2 x 2", values_of(of_two), std::vector<double>{3.0, 1.0}, {rounding});
  require_eigen(two, 2, of_two);

  // The upper triangle is not looked at.
  const std::vector<double> three = {4.0, 1.0, -2.0, 1.0, 2.0, 0.0, -2.0, 0.0, 3.0};
  std::vector<double> lower = three;
  lower[1] = lower[2] = lower[5] = 99.0;
  const SymmetricEigen of_three = symmetric_eigen(as_matrix(lower, 3));
  require_eigen(three, 3, of_three);
  CHECK(of_three.values[0] + of_three.values[1] + of_three.values[2] == Approx(9.0));
}

TEST_CASE("eigen: the second difference has its sines and cosines", "[metrics]") {
  // 2 on the diagonal, -1 beside it: 2 - 2 cos(k pi / (n + 1)).
  for (const std::int64_t n : {3, 10, 64, 65}) {
    std::vector<double> a(static_cast<std::size_t>(n * n), 0.0);
    std::vector<double> known;
    for (std::int64_t i = 0; i < n; ++i) {
      a[i * n + i] = 2.0;
      if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1.0;
      known.push_back(2.0 + 2.0 * std::cos((static_cast<double>(i) + 1.0) * std::numbers::pi /
                                           (static_cast<double>(n) + 1.0)));
    }
    const SymmetricEigen eigen = symmetric_eigen(as_matrix(a, n));
    require_close("eigenvalues", values_of(eigen), known, {rounding * static_cast<double>(n)});
    require_eigen(a, n, eigen);
  }
}

TEST_CASE("eigen: matrices without structure, and of every scale", "[metrics]") {
  for (const std::int64_t n : {2, 5, 33, 100}) {
    for (const double scale : {1.0, 1e-160, 1e150}) {
      std::vector<double> a = scattered(static_cast<std::size_t>(n * n));
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j <= i; ++j) a[i * n + j] = a[j * n + i];
      }
      for (double& value : a) value *= scale;
      require_eigen(a, n, symmetric_eigen(as_matrix(a, n)));
    }
  }
}

TEST_CASE("eigen: equal, zero and missing eigenvalues", "[metrics]") {
  constexpr std::int64_t n = 40;
  std::vector<double> identity(n * n, 0.0);
  for (std::int64_t i = 0; i < n; ++i) identity[i * n + i] = 7.0;
  const SymmetricEigen same = symmetric_eigen(as_matrix(identity, n));
  CHECK(values_of(same) == std::vector<double>(n, 7.0));
  require_eigen(identity, n, same);

  const SymmetricEigen none = symmetric_eigen(as_matrix(std::vector<double>(n * n, 0.0), n));
  CHECK(values_of(none) == std::vector<double>(n, 0.0));

  // Three vectors make a matrix of rank three.
  const std::vector<double> rows = scattered(3 * n);
  std::vector<double> low(n * n, 0.0);
  for (std::int64_t k = 0; k < 3; ++k) {
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) low[i * n + j] += rows[k * n + i] * rows[k * n + j];
    }
  }
  const SymmetricEigen of_low = symmetric_eigen(as_matrix(low, n));
  require_eigen(low, n, of_low);
  CHECK(of_low.values[2] > 1.0);
  for (std::int64_t i = 3; i < n; ++i) CHECK(std::fabs(of_low.values[i]) < 1e-12);
}

TEST_CASE("eigen: what is no matrix is refused", "[metrics]") {
  CHECK_THROWS_AS(symmetric_eigen(RowMatrix(2, 3)), Error);
  CHECK_THROWS_AS(symmetric_eigen(RowMatrix()), Error);
  for (const double wrong : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(symmetric_eigen(as_matrix({1.0, 0.0, wrong, 1.0}, 2)), Error);
    CHECK_THROWS_AS(symmetric_eigen(as_matrix({wrong, 0.0, 0.0, 1.0}, 2)), Error);
  }
}
