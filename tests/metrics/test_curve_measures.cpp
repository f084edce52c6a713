// Spectra, autocorrelations and quantile bands against SciPy and NumPy, and where they are known.
#include "engine/metrics/curve_measures.hpp"

#include <cmath>
#include <numbers>

#include "engine/base/error.hpp"
#include "engine/metrics/fourier.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/metrics/golden_quality.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Numbers are floats on both sides, and figures of them doubles.
constexpr double rounding = 1e-6;

using Numbers = std::vector<double>;

// Waves of one frequency and random phases with noise, one channel.
Trials waves(std::int64_t count, std::int64_t times, double frequency, float noise,
             std::uint64_t stream) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const double phase = 2.4 * static_cast<double>(i);
    for (std::int64_t t = 0; t < times; ++t) {
      const double angle = 2.0 * std::numbers::pi * frequency * static_cast<double>(t) + phase;
      const auto at = static_cast<std::uint64_t>(i * times + t);
      values.push_back(static_cast<float>(std::sin(angle)) + noise * math::gaussian(1, stream, at));
    }
  }
  return curves_of(values, times, 1);
}

Estimate spectrum_of(const Trials& one, const Trials& two, const BootstrapOptions* options) {
  return spectrum_estimate(CurveMeans::spectra(TrialRows(one), 1, 1, 0),
                           CurveMeans::spectra(TrialRows(two), 1, 1, 1), options);
}

}  // namespace

TEST_CASE("Fourier powers: those of a plain sum, for any length", "[metrics]") {
  for (const std::int64_t length : {1, 2, 3, 8, 13, 30, 97}) {
    Numbers values;
    for (std::int64_t i = 0; i < length; ++i) {
      values.push_back(double{math::gaussian(3, 1, static_cast<std::uint64_t>(i))});
    }
    FourierPowers transform(length);
    Numbers found(static_cast<std::size_t>(transform.bins())), plain;
    transform.powers(values, found);
    for (std::int64_t k = 0; k < transform.bins(); ++k) {
      double real = 0.0, imaginary = 0.0;
      for (std::int64_t t = 0; t < length; ++t) {
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(k * t % length) /
                             static_cast<double>(length);
        real += values[static_cast<std::size_t>(t)] * std::cos(angle);
        imaginary += values[static_cast<std::size_t>(t)] * std::sin(angle);
      }
      plain.push_back(real * real + imaginary * imaginary);
    }
    require_close("powers of " + std::to_string(length), found, plain, {1e-10, 1e-10});
  }
  FourierPowers transform(4);
  Numbers few(2);
  CHECK_THROWS_AS(transform.powers(Numbers(4), few), Error);
  CHECK_THROWS_AS(FourierPowers(0), Error);
}

TEST_CASE("curves: agree with scipy.signal.periodogram and NumPy", "[metrics]") {
  const nlohmann::json golden = golden_quality();
  for (const nlohmann::json& wanted : golden.at("curves")) {
    const auto times = wanted.at("times").get<std::int64_t>();
    INFO(times << " times");
    const Trials real = curves_of(wanted.at("real").get<std::vector<float>>(), times, 2);
    const Trials drawn = curves_of(wanted.at("drawn").get<std::vector<float>>(), times, 2);
    const TrialRows one(real), two(drawn);
    const CurveMeans powers = CurveMeans::spectra(one, 2), others = CurveMeans::spectra(two, 2);
    require_close("spectrum", powers.mean(), wanted.at("spectrum").get<Numbers>(),
                  {rounding, rounding});
    CHECK(spectrum_estimate(powers, others).value ==
          Approx(wanted.at("log_spectral_distance").get<double>()).margin(rounding));
    const CurveMeans along = CurveMeans::autocorrelations(one, 2);
    require_close("autocorrelation", along.mean(), wanted.at("autocorrelation").get<Numbers>(),
                  {rounding});
    CHECK(autocorrelation_estimate(along, CurveMeans::autocorrelations(two, 2)).value ==
          Approx(wanted.at("autocorrelation_difference").get<double>()).margin(rounding));
    const QuantileBands bands(one);
    require_close("quantiles", bands.quantiles(), wanted.at("quantiles").get<Numbers>(),
                  {rounding});
    CHECK(bands.difference(two).value == Approx(wanted.at("bands").get<double>()).margin(rounding));
    CHECK(bands.difference(one).value == Approx(0.0).margin(1e-12));
  }
}

TEST_CASE("curves: alike ones are near 0, another frequency is far", "[metrics]") {
  const Trials real = waves(200, 64, 0.125, 0.2F, 1), alike = waves(150, 64, 0.125, 0.2F, 2);
  const Trials other = waves(150, 64, 0.25, 0.2F, 3);
  const BootstrapOptions options{100};
  const Estimate near = spectrum_of(real, alike, &options);
  const Estimate far = spectrum_of(real, other, &options);
  CHECK(spectrum_of(real, real, nullptr).value == 0.0);
  CHECK(near.value < 1.5);
  CHECK(far.value > 5.0);
  CHECK(*near.low >= 0.0);
  CHECK(*near.low <= near.value);
  CHECK(*near.high < *far.low);
  const auto along = [](const Trials& curves) {
    return CurveMeans::autocorrelations(TrialRows(curves), 1);
  };
  CHECK(autocorrelation_estimate(along(real), along(alike)).value < 0.05);
  const Estimate apart = autocorrelation_estimate(along(real), along(other), &options);
  CHECK(apart.value > 0.3);
  CHECK(*apart.low < apart.value);
  CHECK(apart.value < *apart.high);
  const Estimate bands = QuantileBands(TrialRows(real)).difference(TrialRows(alike), &options);
  CHECK(bands.value < 0.2);
  CHECK(*bands.low <= bands.value);
  CHECK(*bands.high >= bands.value);
}

TEST_CASE("curves: their order does not matter, and resamples are of whole curves", "[metrics]") {
  const Trials real = waves(40, 16, 0.125, 0.5F, 1);
  std::vector<float> values = std::get<std::vector<float>>(real.values), turned;
  for (std::int64_t i = 39; i >= 0; --i) {
    turned.insert(turned.end(), values.begin() + i * 16, values.begin() + (i + 1) * 16);
  }
  const Trials reversed = curves_of(turned, 16, 1);
  require_close("spectrum", CurveMeans::spectra(TrialRows(reversed), 1).mean(),
                CurveMeans::spectra(TrialRows(real), 1).mean(), {1e-12});
  // The mean of a resample is that of the curves drawn, one by one.
  const CurveMeans all = CurveMeans::spectra(TrialRows(real), 1, 7);
  const std::vector<std::int32_t> counts = all.draws().counts(3);
  std::vector<float> drawn;
  for (std::int64_t i = 0; i < 40; ++i) {
    for (std::int32_t k = 0; k < counts[static_cast<std::size_t>(i)]; ++k) {
      drawn.insert(drawn.end(), values.begin() + i * 16, values.begin() + (i + 1) * 16);
    }
  }
  const Trials again = curves_of(drawn, 16, 1);
  require_close("resampled", all.mean(counts), CurveMeans::spectra(TrialRows(again), 1).mean(),
                {1e-9, 1e-9});
}

TEST_CASE("curves: constant ones, one time, one curve", "[metrics]") {
  const Trials still = curves_of(std::vector<float>(24, 3.0F), 8, 1);
  const Trials moving = waves(3, 8, 0.25, 0.1F, 1);
  const auto spectrum = [](const Trials& curves) {
    return CurveMeans::spectra(TrialRows(curves), 1);
  };
  CHECK(spectrum_estimate(spectrum(still), spectrum(still)).value == 0.0);
  const double apart = spectrum_estimate(spectrum(still), spectrum(moving)).value;
  CHECK(std::isfinite(apart));
  CHECK(apart > 10.0);
  CHECK(CurveMeans::autocorrelations(TrialRows(still), 1).mean() == Numbers(4, 0.0));
  CHECK(QuantileBands(TrialRows(still)).difference(TrialRows(still)).value == 0.0);
  CHECK(QuantileBands(TrialRows(still)).difference(TrialRows(moving)).value > 0.3);
  const Trials points = curves_of({1.0F, 2.0F, 3.0F}, 1, 1);
  const CurveMeans none = CurveMeans::autocorrelations(TrialRows(points), 1);
  CHECK(autocorrelation_estimate(none, none).value == 0.0);
  CHECK(spectrum_estimate(spectrum(points), spectrum(points)).value == 0.0);
  const Trials one = waves(1, 8, 0.25, 0.1F, 1);
  const BootstrapOptions options{10};
  CHECK(spectrum_of(one, one, &options).value == 0.0);
  CHECK(QuantileBands(TrialRows(one)).difference(TrialRows(one), &options).value == 0.0);
  CHECK_THROWS_AS(CurveMeans::spectra(TrialRows(moving), 3), Error);
  CHECK_THROWS_AS(spectrum_estimate(spectrum(moving), spectrum(points)), Error);
  CHECK_THROWS_AS(QuantileBands(TrialRows(one)).difference(TrialRows(points)), Error);
}
