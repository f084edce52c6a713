// Kernel distances by hand and by plain loops.
#include "engine/metrics/kernel_distance.hpp"

#include <cmath>
#include <functional>

#include "engine/base/error.hpp"
#include "tests/metrics/hashed_features.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Kernel = std::function<double(const float*, const float*, std::int64_t)>;

double cubic(const float* x, const float* y, std::int64_t columns) {
  double product = 0.0;
  for (std::int64_t c = 0; c < columns; ++c) product += double{x[c]} * double{y[c]};
  return std::pow(product / static_cast<double>(columns) + 1.0, 3.0);
}

double mean(const Features& x, const Features& y, bool same, const Kernel& kernel) {
  double sum = 0.0;
  std::int64_t pairs = 0;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < y.rows; ++j) {
      if (same && i == j) continue;
      sum += kernel(x.row(i), y.row(j), x.columns);
      ++pairs;
    }
  }
  return sum / static_cast<double>(pairs);
}

double plain(const Features& x, const Features& y, const Kernel& kernel) {
  return mean(x, x, true, kernel) + mean(y, y, true, kernel) - 2.0 * mean(x, y, false, kernel);
}

}  // namespace

TEST_CASE("kernel distance: by hand on a line", "[metrics]") {
  MeasureDevice device;
  // (0 + 1)^3 + (2 + 1)^3 - 2 (mean of 1, 1, 2^3, 3^3) = 28 - 18.5
  const Features x{2, 1, {0, 1}}, y{2, 1, {1, 2}};
  CHECK(kernel_distance(device, x, y) == 9.5);
  const double e = std::exp(-0.5), f = std::exp(-2.0);
  CHECK(gaussian_mmd(device, x, y, 1.0) == Approx(2 * e - 0.5 * (1 + e + e + f)));
  CHECK_THROWS_AS(kernel_distance(device, x, Features{1, 1, {0}}), Error);
  CHECK_THROWS_AS(kernel_distance(device, x, Features{2, 2, {0, 0, 1, 1}}), Error);
  CHECK_THROWS_AS(gaussian_mmd(device, x, y, 0.0), Error);
}

TEST_CASE("kernel distances are those of plain loops", "[metrics]") {
  MeasureDevice device;
  for (const std::int64_t columns : {1, 9, 40}) {
    const Features x = hashed_features(70, columns, 4), y = hashed_features(45, columns, 5);
    CHECK(kernel_distance(device, x, y) == Approx(plain(x, y, cubic)).margin(1e-12));
    const double width = 0.8;
    const Kernel gaussian = [&](const float* a, const float* b, std::int64_t n) {
      double sum = 0.0;
      for (std::int64_t c = 0; c < n; ++c) {
        sum += (double{a[c]} - double{b[c]}) * (double{a[c]} - double{b[c]});
      }
      return std::exp(-sum / (2 * width * width));
    };
    // Exponentials are in float.
    CHECK(std::fabs(gaussian_mmd(device, x, y, width) - plain(x, y, gaussian)) <= 1e-7);
  }
}

// Unbiased: rows of one distribution come out on either side of 0, as a set and itself do below it.
TEST_CASE("kernel distance: about 0 for rows drawn alike", "[metrics]") {
  MeasureDevice device;
  const Features x = hashed_features(400, 5, 6), y = hashed_features(400, 5, 8);
  const Features other = hashed_features(400, 5, 7);
  CHECK(std::fabs(kernel_distance(device, x, y)) < 0.1 * kernel_distance(device, x, other));
  CHECK(std::fabs(gaussian_mmd(device, x, y, 1.0)) < 0.1 * gaussian_mmd(device, x, other, 1.0));
  CHECK(kernel_distance(device, x, x) < 0.0);
}

TEST_CASE("median bandwidth: the middle of all distances", "[metrics]") {
  CHECK(median_bandwidth({3, 1, {0, 1, 10}}) == 9.0);
  CHECK(median_bandwidth({4, 1, {0, 1, 3, 7}}) == 3.5);  // between 3 and 4
  CHECK(median_bandwidth({3, 2, {1, 1, 1, 1, 1, 1}}) == 1.0);
  CHECK_THROWS_AS(median_bandwidth({1, 1, {0}}), Error);
}
