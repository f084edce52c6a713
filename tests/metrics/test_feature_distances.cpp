// Distances of features against clean-fid, SciPy and scikit-learn, and their intervals.
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/metrics/feature_intervals.hpp"
#include "engine/metrics/sliced_wasserstein.hpp"
#include "engine/metrics/weighted_rows.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/metrics/golden_quality.hpp"
#include "tests/metrics/plain_kernels.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Features are floats on both sides.
constexpr double rounding = 1e-5;

Features normal(std::int64_t rows, std::int64_t columns, std::uint64_t stream, float mean = 0.0F) {
  Features made{rows, columns, {}};
  for (std::int64_t i = 0; i < rows * columns; ++i) {
    made.values.push_back(mean + math::gaussian(9, stream, static_cast<std::uint64_t>(i)));
  }
  return made;
}

std::vector<float> column(const Features& features, std::int64_t j) {
  std::vector<float> made;
  for (std::int64_t i = 0; i < features.rows; ++i) made.push_back(features.row(i)[j]);
  return made;
}

double golden(const nlohmann::json& all, const char* name) {
  return all.at("features").at(name).get<double>();
}

}  // namespace

TEST_CASE("distances of features: clean-fid's, SciPy's and scikit-learn's", "[metrics]") {
  const nlohmann::json all = golden_quality();
  const Features real = features_of(all.at("real")), drawn = features_of(all.at("drawn"));
  const Features fewer = first_rows(drawn, 45);
  CHECK(frechet_estimate(real, fewer).value == Approx(golden(all, "frechet")).margin(rounding));
  CHECK(plain_kernel_distance(real, drawn) ==
        Approx(golden(all, "kernel_distance")).margin(rounding));
  CHECK(plain_kernel_distance(real, fewer) ==
        Approx(golden(all, "kernel_distance_fewer")).margin(rounding));
  CHECK(plain_gaussian_mmd(real, fewer, golden(all, "bandwidth")) ==
        Approx(golden(all, "mmd_fewer")).margin(rounding));
  std::vector<double> along;
  for (std::int64_t j = 0; j < 5; ++j) {
    along.push_back(wasserstein_distance(column(real, j), column(fewer, j)));
  }
  require_close("Wasserstein", along,
                all.at("features").at("wasserstein").get<std::vector<double>>(), {rounding});
  std::vector<double> directions;
  for (const nlohmann::json& direction : all.at("directions")) {
    for (const nlohmann::json& value : direction) directions.push_back(value.get<double>());
  }
  CHECK(sliced_wasserstein(real, fewer, directions) ==
        Approx(golden(all, "sliced_wasserstein")).margin(rounding));
}

TEST_CASE("Wasserstein: by hand", "[metrics]") {
  CHECK(wasserstein_distance({1, 2, 3}, {3, 1, 2}) == 0.0);
  CHECK(wasserstein_distance({0, 0}, {3, 3, 3}) == Approx(3.0));
  CHECK(wasserstein_distance({0, 4}, {0}) == Approx(2.0));
  CHECK_THROWS_AS(wasserstein_distance({}, {1}), Error);
}

TEST_CASE("sliced Wasserstein: directions, order of rows, shift", "[metrics]") {
  const std::vector<double> directions = random_directions(6, 20, 3);
  REQUIRE(directions.size() == 120);
  for (std::size_t k = 0; k < 20; ++k) {
    double squares = 0.0;
    for (std::size_t j = 0; j < 6; ++j) squares += directions[6 * k + j] * directions[6 * k + j];
    CHECK(squares == Approx(1.0));
  }
  CHECK(directions == random_directions(6, 20, 3));
  CHECK(directions != random_directions(6, 20, 4));
  const Features one = normal(150, 3, 1);
  Features turned = one, moved = one;
  for (std::int64_t i = 0; i < 150; ++i) {
    for (std::int64_t j = 0; j < 3; ++j) {
      turned.values[static_cast<std::size_t>(3 * i + j)] = one.row(149 - i)[j];
      moved.values[static_cast<std::size_t>(3 * i + j)] += j == 1 ? 2.0F : 0.0F;
    }
  }
  CHECK(sliced_wasserstein(one, turned, 1) == 0.0);
  // A shift s moves each projection by |s.d|, whose mean over the sphere is |s| / 2 in 3
  // dimensions.
  CHECK(sliced_wasserstein(one, moved, 1) == Approx(1.0).margin(0.2));
  CHECK(sliced_wasserstein(one, moved, std::vector<double>{0, 1, 0}) == Approx(2.0).margin(1e-5));
  CHECK_THROWS_AS(sliced_wasserstein(one, normal(9, 2, 1), 1), Error);
  CHECK_THROWS_AS(sliced_wasserstein(one, moved, std::vector<double>{1, 0}), Error);
}

TEST_CASE("resampled Gaussians: those of rows drawn anew", "[metrics]") {
  for (const std::int64_t rows : {40, 1100}) {
    const Features features = normal(rows, 4, 2, 30.0F);
    const GaussianDraws draws(features, 5, 1);
    const std::vector<std::int32_t> counts = draws.draws().counts(2);
    Features drawn{0, 4, {}};
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto group =
          static_cast<std::size_t>(draws.draws().group_of()[static_cast<std::size_t>(i)]);
      for (std::int32_t k = 0; k < counts[group]; ++k) {
        drawn.values.insert(drawn.values.end(), features.row(i), features.row(i) + 4);
        ++drawn.rows;
      }
    }
    const Gaussian found = draws.gaussian(counts), plain = fit_gaussian(drawn);
    require_close("mean", found.mean, plain.mean, {1e-9});
    require_close("covariance", found.covariance, plain.covariance, {1e-9});
  }
  CHECK_THROWS_AS(GaussianDraws(Features{1, 2, {1, 2}}, 1, 0), Error);
}

TEST_CASE("distances of features: real against real is near 0, and intervals say so", "[metrics]") {
  const BootstrapOptions options{100};
  const Features one = normal(800, 4, 3), alike = normal(700, 4, 4);
  const Features apart = normal(700, 4, 5, 1.0F);
  const Estimate near = frechet_estimate(one, alike, &options);
  const Estimate far = frechet_estimate(one, apart, &options);
  CHECK(near.value < 0.1);
  CHECK(*near.low >= 0.0);
  CHECK(*near.high >= near.value);
  // Four means are 1 apart: 4, whose deviation is 2 |m1 - m2| (2 / 750)^(1/2) = 0.21.
  CHECK(far.value == Approx(4.0).margin(0.8));
  CHECK(*far.high - *far.low == Approx(3.92 * 0.21).epsilon(0.35));
  CHECK(*near.high < *far.low);
  const Estimate close = sliced_wasserstein_estimate(one, alike, &options);
  const Estimate shifted = sliced_wasserstein_estimate(one, apart, &options);
  CHECK(*close.low <= close.value);
  CHECK(close.value <= *close.high);
  CHECK(*close.high < *shifted.low);
  CHECK(shifted.value == sliced_wasserstein(one, apart, options.seed));
  CHECK_FALSE(frechet_estimate(one, alike).low.has_value());
  const Features wide = normal(140, most_interval_columns + 1, 6);
  CHECK_FALSE(frechet_estimate(wide, wide, &options).low.has_value());
}

TEST_CASE("distances of features: constant columns and two rows", "[metrics]") {
  const BootstrapOptions options{20};
  const Features still{3, 2, {1, 5, 1, 5, 1, 5}};
  CHECK(frechet_estimate(still, still, &options).value == Approx(0.0).margin(1e-9));
  CHECK(sliced_wasserstein_estimate(still, still, &options).value == 0.0);
  const Features two{2, 2, {1, 5, 1, 7}};
  CHECK(std::isfinite(*frechet_estimate(still, two, &options).high));
  CHECK_THROWS_AS(frechet_estimate(still, Features{1, 2, {1, 5}}), Error);
}

TEST_CASE("pairs of distributions: resamples are those of rows drawn anew", "[metrics]") {
  const std::vector<double> one{1, 2, 2, 3, 5, 8}, two{2, 2, 4, 8, 9};
  const DistributionPair pair(one, two);
  CHECK(pair.differences().greatest == Approx(4.0 / 6.0 - 2.0 / 5.0));
  CHECK(pair.differences().area ==
        Approx(wasserstein_distance({1, 2, 2, 3, 5, 8}, {2, 2, 4, 8, 9})));
  const Resampling draws_one(6, 2, 0), draws_two(5, 2, 1);
  for (std::int64_t which = 0; which < 10; ++which) {
    const auto counts_one = draws_one.counts(which), counts_two = draws_two.counts(which);
    std::vector<double> again_one, again_two;
    for (std::size_t i = 0; i < 6; ++i) {
      again_one.insert(again_one.end(), static_cast<std::size_t>(counts_one[i]), one[i]);
    }
    for (std::size_t i = 0; i < 5; ++i) {
      again_two.insert(again_two.end(), static_cast<std::size_t>(counts_two[i]), two[i]);
    }
    const auto found = pair.differences(draws_one, counts_one, draws_two, counts_two);
    const auto plain = DistributionPair(again_one, again_two).differences();
    CHECK(found.greatest == Approx(plain.greatest));
    CHECK(found.shares == Approx(plain.shares));
    CHECK(found.area == Approx(plain.area));
  }
}
