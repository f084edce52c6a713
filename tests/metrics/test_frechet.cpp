// The Frechet distance of Gaussians for which it is known.
#include "engine/metrics/frechet.hpp"

#include <cmath>

#include "engine/base/error.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Roots of matrices lose half of a double's digits where an eigenvalue is zero, few elsewhere.
constexpr double rounding = 1e-12;

// A Gaussian of two numbers: mean (0, 0) unless said.
Gaussian plane(double xx, double xy, double yy, double x = 0.0, double y = 0.0) {
  return {2, {x, y}, {xx, xy, xy, yy}};
}

}  // namespace

TEST_CASE("frechet: Gaussians whose axes are the same", "[metrics]") {
  const Gaussian a{3, {1.0, 2.0, 3.0}, {4.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.25}};
  const Gaussian b{3, {0.0, 2.0, 5.0}, {1.0, 0.0, 0.0, 0.0, 16.0, 0.0, 0.0, 0.0, 0.25}};
  // Means 1 + 0 + 4, deviations (2 - 1)^2 + (3 - 4)^2 + 0.
  CHECK(std::fabs(frechet_distance(a, b) - 7.0) <= rounding);
  CHECK(std::fabs(frechet_distance(b, a) - 7.0) <= rounding);
  CHECK(frechet_distance(a, a) <= rounding);
}

TEST_CASE("frechet: Gaussians whose axes are not the same", "[metrics]") {
  // For two numbers tr (S T)^(1/2) = (tr S T + 2 (det S det T)^(1/2))^(1/2).
  const Gaussian s = plane(4.0, 1.5, 2.0, 1.0, -1.0);
  const Gaussian t = plane(1.0, -0.8, 3.0);
  const double trace = 4.0 * 1.0 + 2.0 * 1.5 * -0.8 + 2.0 * 3.0;
  const double determinants = (4.0 * 2.0 - 1.5 * 1.5) * (1.0 * 3.0 - 0.8 * 0.8);
  const double known = 2.0 + 6.0 + 4.0 - 2.0 * std::sqrt(trace + 2.0 * std::sqrt(determinants));
  CHECK(std::fabs(frechet_distance(s, t) - known) <= rounding);
  CHECK(std::fabs(frechet_distance(t, s) - known) <= rounding);
}

TEST_CASE("frechet: Gaussians without width", "[metrics]") {
  const Gaussian point = plane(0.0, 0.0, 0.0, 3.0, 4.0);
  CHECK(std::fabs(frechet_distance(point, plane(0.0, 0.0, 0.0)) - 25.0) <= rounding);
  CHECK(std::fabs(frechet_distance(point, plane(2.0, 0.0, 5.0)) - 32.0) <= rounding);
  // A line at 45 degrees against the same line: the root of a zero eigenvalue's rounding is 1e-8.
  CHECK(frechet_distance(plane(1.0, 1.0, 1.0), plane(1.0, 1.0, 1.0)) <= 1e-7);
}

TEST_CASE("frechet: mean and covariance of rows", "[metrics]") {
  const Features features{4, 2, {1, 2, 3, 2, 1, 6, 3, 10}};
  const Gaussian fitted = fit_gaussian(features);
  require_close("mean", fitted.mean, std::vector<double>{2.0, 5.0}, {rounding});
  require_close("covariance", fitted.covariance,
                std::vector<double>{4.0 / 3.0, 4.0 / 3.0, 4.0 / 3.0, 44.0 / 3.0}, {rounding});
  CHECK_THROWS_AS(fit_gaussian(Features{1, 2, {1, 2}}), Error);
  CHECK_THROWS_AS(frechet_distance(fitted, Gaussian{1, {0.0}, {1.0}}), Error);
}

TEST_CASE("frechet: of samples it comes near that of their Gaussians", "[metrics]") {
  constexpr std::int64_t rows = 20000;
  const auto drawn = [](std::uint64_t stream, float deviation, float mean) {
    Features made{rows, 4, {}};
    for (std::uint64_t i = 0; i < rows * 4; ++i) {
      made.values.push_back(mean + deviation * math::gaussian(1, stream, i));
    }
    return fit_gaussian(made);
  };
  // 4 * (0.5^2 + (2 - 1)^2). The error of a mean is 2 / sqrt(20,000), of a deviation 0.7 of that;
  // four deviations of the sum are 0.16.
  CHECK(std::fabs(frechet_distance(drawn(1, 2.0F, 0.5F), drawn(2, 1.0F, 0.0F)) - 5.0) <= 0.16);
  CHECK(frechet_distance(drawn(1, 1.0F, 0.0F), drawn(2, 1.0F, 0.0F)) <= 0.005);
}
