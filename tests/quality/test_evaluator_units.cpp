// What figures of rows and curves must not depend on: units, offsets, single outliers.
#include <cmath>

#include "engine/quality/evaluator.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

double distance(const Trials& training, const Trials& held_out, const Trials& samples) {
  EvaluatorOptions options;
  options.features.device = "cpu";
  if (training.shape.kind != TrialKind::row) options.features.kind = FeatureKind::components;
  const Assessment made =
      Evaluator(training, held_out, options).assess(samples, MeasureDepth::quick);
  REQUIRE(made.find("frechet") != nullptr);
  return made.find("frechet")->samples->value;
}

}  // namespace

TEST_CASE("evaluator: no column counts for more because its unit is small", "[quality]") {
  // Column 1 is column 0 with its sign turned in half of the samples; units 1e6 and 1e-3.
  const auto rows = [](std::int64_t count, double first, double second, bool turned) {
    Trials made;
    made.count = count;
    made.shape = {1, 2, 1, TrialKind::row};
    made.by_values = true;
    std::vector<double> values;
    for (std::int64_t n = 0; n < count; ++n) {
      const double x = std::sin(0.7 * static_cast<double>(n));
      values.push_back(first * x);
      values.push_back(second * (turned && n % 2 == 1 ? -x : x));
    }
    made.values = values;
    made.low = -std::max(first, second);
    made.high = std::max(first, second);
    return made;
  };
  const auto of_units = [&](double first, double second) {
    return distance(rows(600, first, second, false), rows(200, first, second, false),
                    rows(400, first, second, true));
  };
  const double equal = of_units(1.0, 1.0);
  // Training rows lie along one line, where their variance is 2 in deviations; that of samples,
  // whose columns are independent, is 1 in both directions: (sqrt(2) - 1)^2 + 1.
  CHECK(equal == Approx(1.1716).epsilon(0.02));
  CHECK(of_units(1e6, 1e-3) == Approx(equal).epsilon(1e-3));
  CHECK(of_units(1e-3, 1e6) == Approx(equal).epsilon(1e-3));
}

// Waves of one frequency, samples of another: what that makes of the distance must not depend on a
// spike in one training trial, or on the number that all values are counted from. Noise sees to it
// that there are all components without the spike.
TEST_CASE("evaluator: neither an outlier nor an offset of curves decides", "[quality]") {
  const auto waves = [](std::int64_t count, double frequency, double offset) {
    Trials made;
    made.count = count;
    made.shape = {1, 16, 1, TrialKind::curve};
    made.by_values = true;
    std::vector<double> values;
    for (std::int64_t n = 0; n < count; ++n) {
      for (int i = 0; i < 16; ++i) {
        const auto at = static_cast<double>(n * 16 + i);
        const double noise = 0.1 * std::sin(12.9898 * at * at);
        values.push_back(offset + std::sin(0.7 * static_cast<double>(n) + frequency * i) + noise);
      }
    }
    made.values = values;
    made.low = offset - 2.0;
    made.high = offset + 2.0;
    return made;
  };
  const auto of_waves = [&](double offset, bool spike) {
    Trials training = waves(600, 0.2, offset);
    if (spike) std::get<std::vector<double>>(training.values)[16 * 300 + 5] = offset + 1e7;
    if (spike) training.high = offset + 1e7;
    return distance(training, waves(200, 0.2, offset), waves(400, 0.4, offset));
  };
  const double plain = of_waves(0.0, false);
  CHECK(plain > 0.5);
  CHECK(of_waves(0x1p30, false) == Approx(plain).epsilon(1e-4));
  CHECK(of_waves(0.0, true) == Approx(plain).epsilon(0.02));
}
