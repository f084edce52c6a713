// Kernel distances against scikit-learn, clean-fid and their plain twin, and their intervals.
#include "engine/metrics/kernel_interval.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/error.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/metrics/golden_quality.hpp"
#include "tests/metrics/plain_kernels.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Distances are summed in float, and the exponential is one.
constexpr double rounding = 1e-4;

Features normal(std::int64_t rows, std::uint64_t stream, float mean = 0.0F) {
  Features made{rows, 3, {}};
  for (std::int64_t i = 0; i < rows * 3; ++i) {
    made.values.push_back(mean + math::gaussian(4, stream, static_cast<std::uint64_t>(i)));
  }
  return made;
}

double deviation(const std::vector<double>& values) {
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// The unbiased estimate of resampled rows, in which no row is paired with a copy of itself: the
// slow twin of sums by group.
double plain_resampled(const Features& x, const std::vector<std::int32_t>& counts_x,
                       const Features& y, const std::vector<std::int32_t>& counts_y) {
  const auto mean = [](const Features& a, const std::vector<std::int32_t>& times_a,
                       const Features& b, const std::vector<std::int32_t>& times_b, bool same) {
    double sum = 0.0, pairs = 0.0;
    for (std::int64_t i = 0; i < a.rows; ++i) {
      for (std::int64_t j = 0; j < b.rows; ++j) {
        if (same && i == j) continue;
        const double times = static_cast<double>(times_a[static_cast<std::size_t>(i)]) *
                             times_b[static_cast<std::size_t>(j)];
        sum += times * plain_cubic(a, i, b, j);
        pairs += times;
      }
    }
    return sum / pairs;
  };
  return mean(x, counts_x, x, counts_x, true) + mean(y, counts_y, y, counts_y, true) -
         2.0 * mean(x, counts_x, y, counts_y, false);
}

}  // namespace

TEST_CASE("kernel distances: clean-fid's and scikit-learn's", "[metrics]") {
  const nlohmann::json all = golden_quality();
  const nlohmann::json& wanted = all.at("features");
  const Features real = features_of(all.at("real")), drawn = features_of(all.at("drawn"));
  const Features fewer = first_rows(drawn, 45);
  MeasureDevice device;
  const double both = wanted.at("kernel_distance").get<double>();
  const double some = wanted.at("kernel_distance_fewer").get<double>();
  const double gaussian = wanted.at("mmd_fewer").get<double>();
  const double width = median_bandwidth(real);
  CHECK(width == Approx(wanted.at("bandwidth").get<double>()).margin(1e-5));
  const BootstrapOptions options{5};
  for (const BootstrapOptions* with : {static_cast<const BootstrapOptions*>(nullptr), &options}) {
    CHECK(kernel_distance_estimate(device, real, drawn, with).value ==
          Approx(both).margin(rounding));
    CHECK(kernel_distance_estimate(device, real, fewer, with).value ==
          Approx(some).margin(rounding));
    CHECK(gaussian_mmd_estimate(device, real, fewer, wanted.at("bandwidth").get<double>(), with)
              .value == Approx(gaussian).margin(rounding));
  }
}

TEST_CASE("kernel distances: the plain twin's, and so is each resample's", "[metrics]") {
  const Features real = normal(30, 1), drawn = normal(25, 2, 0.5F);
  MeasureDevice device;
  const BootstrapOptions options{40, 0.9, 3};
  const Estimate found = kernel_distance_estimate(device, real, drawn, &options);
  CHECK(found.value == Approx(plain_kernel_distance(real, drawn)).margin(1e-6));
  const Resampling one(30, 3, 0), two(25, 3, 1);
  std::vector<double> figures;
  for (std::int64_t which = 0; which < 40; ++which) {
    figures.push_back(plain_resampled(real, one.counts(which), drawn, two.counts(which)));
  }
  const Estimate plain = centred_interval(found.value, figures, 0.9);
  CHECK(*found.low == Approx(*plain.low).margin(1e-5));
  CHECK(*found.high == Approx(*plain.high).margin(1e-5));
  CHECK(gaussian_mmd_estimate(device, real, drawn, 1.5).value ==
        Approx(plain_gaussian_mmd(real, drawn, 1.5)).margin(1e-6));
}

TEST_CASE("kernel distances: intervals as wide as other draws are apart", "[metrics]") {
  MeasureDevice device;
  const BootstrapOptions options;
  for (const float mean : {0.0F, 0.6F}) {
    INFO("means " << mean << " apart");
    std::vector<double> others;
    for (std::uint64_t draw = 0; draw < 60; ++draw) {
      others.push_back(
          kernel_distance(device, normal(150, 10 + 2 * draw), normal(150, 11 + 2 * draw, mean)));
    }
    const Estimate found =
        kernel_distance_estimate(device, normal(150, 1), normal(150, 2, mean), &options);
    CHECK(*found.low < found.value);
    CHECK(found.value < *found.high);
    const double ratio = (*found.high - *found.low) / (3.92 * deviation(others));
    // 60 draws and 40 groups tell a deviation to about 10 % each.
    CHECK(ratio > 0.6);
    CHECK(ratio < (mean > 0.0F ? 1.5 : 2.5));
  }
}

TEST_CASE("kernel distances: two rows, constant columns, other columns", "[metrics]") {
  MeasureDevice device;
  const BootstrapOptions options{30};
  const Features two{2, 1, {1, 2}}, still{3, 1, {4, 4, 4}};
  CHECK(std::isfinite(*kernel_distance_estimate(device, two, two, &options).high));
  CHECK(kernel_distance_estimate(device, still, still, &options).value == Approx(0.0).margin(1e-9));
  CHECK(median_bandwidth(still) == 1.0);
  CHECK(gaussian_mmd_estimate(device, still, still, 1.0, &options).value ==
        Approx(0.0).margin(1e-9));
  CHECK_THROWS_AS(kernel_distance_estimate(device, two, Features{1, 1, {1}}, &options), Error);
  CHECK_THROWS_AS(kernel_distance_estimate(device, two, Features{2, 2, {1, 1, 1, 1}}, &options),
                  Error);
  CHECK_THROWS_AS(gaussian_mmd_estimate(device, two, two, 0.0, &options), Error);
}
