// Bundles, spectra and autocorrelations of curves whose own are known.
#include "engine/report/curve_summary.hpp"

#include <cmath>
#include <numbers>

#include "tests/support/catch.hpp"

using namespace vgan;
using Catch::Matchers::WithinAbs;

namespace {

// Waves of `cycles` cycles in 40 points, each with a phase and a height of its own.
Trials waves(std::int64_t count, double cycles, std::int64_t channels = 1) {
  Trials trials;
  trials.count = count;
  trials.shape = {1, 40, channels, TrialKind::curve};
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    for (int t = 0; t < 40; ++t) {
      for (std::int64_t c = 0; c < channels; ++c) {
        const double angle = 2.0 * std::numbers::pi * cycles * t / 40.0 + static_cast<double>(i);
        values.push_back(static_cast<float>(3.0 + static_cast<double>(c) + std::sin(angle)));
      }
    }
  }
  trials.values = std::move(values);
  return trials;
}

}  // namespace

TEST_CASE("the spectrum of waves lies at their frequency", "[engine][report]") {
  const CurveSummary summary = summarise_curves(waves(12, 5.0), 0);
  REQUIRE(summary.spectrum.size() == 20);
  // |sum of sin * exp|^2 / n is (n / 2)^2 / n.
  CHECK_THAT(summary.spectrum[4], WithinAbs(10.0, 1e-4));
  for (std::size_t k = 0; k < 20; ++k) {
    if (k != 4) CHECK(summary.spectrum[k] < 1e-6);
  }
  CHECK_THAT(summary.autocorrelation[0], WithinAbs(1.0, 1e-9));
  CHECK(summary.autocorrelation[4] < -0.8);  // half a wave later
}

TEST_CASE("bands are quantiles at each point", "[engine][report]") {
  Trials trials;
  trials.count = 101;
  trials.shape = {1, 2, 1, TrialKind::curve};
  std::vector<float> values;
  for (int i = 0; i <= 100; ++i) {
    values.push_back(static_cast<float>(i));
    values.push_back(static_cast<float>(-2 * i));
  }
  trials.values = values;
  const CurveSummary summary = summarise_curves(trials, 0);
  CHECK_THAT(summary.bands[0][0], WithinAbs(5.0, 1e-9));
  CHECK_THAT(summary.bands[4][0], WithinAbs(95.0, 1e-9));
  CHECK_THAT(summary.bands[2][1], WithinAbs(-100.0, 1e-9));
}

TEST_CASE("curves that do not vary have no autocorrelation", "[engine][report]") {
  Trials trials;
  trials.count = 3;
  trials.shape = {1, 8, 1, TrialKind::curve};
  trials.values = std::vector<float>(24, 2.0F);
  const CurveSummary summary = summarise_curves(trials, 0);
  CHECK(summary.autocorrelation.empty());
  for (const double power : summary.spectrum) CHECK(power == 0.0);
}

TEST_CASE("a channel of a curve is its own", "[engine][report]") {
  const Trials two = waves(3, 2.0, 2);
  const std::vector<double> first = curve_of(two, 1, 0), second = curve_of(two, 1, 1);
  REQUIRE(first.size() == 40);
  for (std::size_t t = 0; t < 40; ++t) CHECK_THAT(second[t] - first[t], WithinAbs(1.0, 1e-5));
}
