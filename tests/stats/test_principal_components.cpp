// Principal components of trials that were made of few directions.
#include "engine/stats/principal_components.hpp"

#include <cmath>

#include "engine/base/error.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Float trials of `size` numbers: 3 + the sum of Gaussians of deviations 8, 4 and 2 times three
// directions at right angles, each of length 1.
Trials three_directions(std::int64_t count, std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(count * size), 3.0F);
  for (std::int64_t n = 0; n < count; ++n) {
    for (std::int64_t k = 0; k < 3; ++k) {
      const float width = static_cast<float>(8 >> k) / std::sqrt(static_cast<float>(size / 4));
      const float along = math::gaussian(7, 1, static_cast<std::uint64_t>(n * 3 + k));
      for (std::int64_t i = k; i < size / 4 * 4; i += 4) values[n * size + i] += width * along;
    }
  }
  Trials images;
  images.count = count;
  images.shape = {1, size};
  images.values = std::move(values);
  images.low = -40.0F;
  images.high = 40.0F;
  images.source = "directions";
  return images;
}

std::vector<double> variances(const Features& features) {
  std::vector<double> made(static_cast<std::size_t>(features.columns), 0.0);
  for (std::int64_t i = 0; i < features.rows; ++i) {
    for (std::int64_t c = 0; c < features.columns; ++c) {
      made[c] += static_cast<double>(features.row(i)[c]) * features.row(i)[c];
    }
  }
  for (double& value : made) value /= static_cast<double>(features.rows - 1);
  return made;
}

double squared(const float* a, const float* b, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < n; ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return sum;
}

}  // namespace

TEST_CASE("pca: finds the directions that trials are made of", "[metrics]") {
  // 100 numbers go through the covariance, 1,100 through the products of trials.
  const std::int64_t size = GENERATE(std::int64_t{100}, std::int64_t{1100});
  const Trials images = three_directions(900, size);
  const PrincipalComponents components(images);
  CHECK(components.size() == 3);
  CHECK(components.fitted_trials() == 900);
  CHECK(components.explained() == Approx(1.0).epsilon(1e-6));
  const Features features = components.project(TrialRows(images));
  REQUIRE((features.rows == 900 && features.columns == 3));
  // A variance of 900 Gaussians is right to sqrt(2 / 900), 5 %; four times that.
  require_close("variances", variances(features), std::vector<double>{64.0, 16.0, 4.0}, {0.0, 0.2});
  // All of the trials lies in the components, so that distances are kept; float's rounding.
  const auto& pixels = std::get<std::vector<float>>(images.values);
  for (std::int64_t i = 1; i < 20; ++i) {
    CHECK(squared(features.row(0), features.row(i), 3) ==
          Approx(squared(pixels.data(), pixels.data() + i * size, size)).epsilon(1e-4));
  }
}

TEST_CASE("pca: at most 64 components, and no more than there are trials for", "[metrics]") {
  Trials noise = three_directions(500, 100);
  auto& values = std::get<std::vector<float>>(noise.values);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += math::gaussian(7, 2, i);
  const PrincipalComponents components(noise);
  CHECK(components.size() == 64);
  CHECK(components.explained() > 0.6);
  CHECK(components.explained() < 0.95);
  noise.count = 5;
  values.resize(500);
  CHECK(PrincipalComponents(noise).size() == 4);
}

TEST_CASE("pca: bytes count from 0 to 1", "[metrics]") {
  const Trials bars = bar_images();
  const TrialRows rows(bars);
  std::vector<float> row(36);
  rows.read(0, row.data());
  CHECK(row[0] == 120.0F / 255.0F);
  CHECK(row[1] == 10.0F / 255.0F);
  const PrincipalComponents components(bars);
  CHECK(components.explained() == Approx(1.0).epsilon(1e-6));
}

TEST_CASE("pca: some of the trials are spread evenly", "[metrics]") {
  const Trials bars = bar_images(200);
  const TrialRows some(bars, 7);
  REQUIRE(some.count() == 7);
  CHECK(some.trial(0) == 0);
  CHECK(some.trial(6) == 171);
  CHECK(TrialRows(bars).trial(199) == 199);
  const Features features{5, 1, {0, 1, 2, 3, 4}};
  CHECK(features.spread(2).values == std::vector<float>{0, 2});
  CHECK(features.spread(9).values == features.values);
}

TEST_CASE("pca: what has no directions is refused", "[metrics]") {
  CHECK_THROWS_AS(PrincipalComponents(bar_images(1)), Error);
  Trials same = bar_images(20);
  std::get<std::vector<std::uint8_t>>(same.values).assign(20 * 36, 9);
  CHECK_THROWS_AS(PrincipalComponents(same), Error);
  const Trials others = three_directions(10, 100);
  CHECK_THROWS_AS(PrincipalComponents(bar_images()).project(TrialRows(others)), Error);
}
