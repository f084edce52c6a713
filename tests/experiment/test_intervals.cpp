// Intervals of predictions, beside new rows of a table whose noise is known.
#include <cmath>

#include "tests/experiment/experiment_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr double noise = 0.3;

double uniform(Dice& dice, double low, double high) {
  return low + (high - low) * static_cast<double>(dice.word() >> 11) * 0x1p-53;
}

/// y = sin(2 x) + w / 2 and a normal noise of deviation 0.3, for x from -2 to 2 and w 0, 1 or 2.
struct Rows {
  std::string all = "x,w,y\n", settings = "x,w\n";
  std::vector<double> means;
};

Rows rows_of(std::size_t count, std::uint64_t seed) {
  Dice dice(seed);
  Rows rows;
  char line[96];
  for (std::size_t i = 0; i < count; ++i) {
    const double x = uniform(dice, -2.0, 2.0);
    const auto w = static_cast<int>(dice.roll(3));
    const double normal = std::sqrt(-2.0 * std::log(1.0 - uniform(dice, 0.0, 1.0))) *
                          std::cos(uniform(dice, 0.0, 6.283185307179586));
    rows.means.push_back(std::sin(2.0 * x) + 0.5 * w);
    std::snprintf(line, sizeof(line), "%.4f,%d", x, w);
    rows.settings += std::string(line) + "\n";
    rows.all += line;
    std::snprintf(line, sizeof(line), ",%.4f\n", rows.means.back() + noise * normal);
    rows.all += line;
  }
  return rows;
}

const ExperimentModel& noisy_model() {
  static const ExperimentModel model = [] {
    TrainConfig config = experiment_config(5000);
    config.g_layers = {64};
    config.batch = 256;
    config.dropout = 0.0;
    return ExperimentModel(rows_of(6000, 1).all, config);
  }();
  return model;
}

}  // namespace

// Of 5,000 rows a share of 0.9 has a deviation of 0.004, one of 0.5 of 0.007; the rest is what the
// model may be wrong by, whose cells alone widen its intervals by some hundredths.
TEST_CASE("intervals hold their share of new rows, and are as wide as the noise asks",
          "[generate][masked]") {
  const Rows fresh = rows_of(5000, 2);
  struct Level {
    double level, score, margin;
  };
  for (const auto& [level, score, margin] : {Level{0.9, 1.644854, 0.02}, {0.5, 0.674490, 0.03}}) {
    INFO("level " << level);
    PredictRequest request = noisy_model().prediction(fresh.settings, fresh.all);
    request.level = level;
    const PredictResult result = predict(request);
    REQUIRE(result.checked_numbers.size() == 1);
    CHECK(result.checked_numbers[0].rows == 5000);
    CHECK(result.checked_numbers[0].coverage == Approx(level).margin(margin));
    REQUIRE(result.numbers.size() == 1);
    const PredictResult::Numbers& y = result.numbers[0];
    double width = 0.0, wrong = 0.0;
    for (std::size_t row = 0; row < fresh.means.size(); ++row) {
      width += (y.high[row] - y.low[row]) / 5000.0;
      wrong += (y.mean[row] - fresh.means[row]) * (y.mean[row] - fresh.means[row]) / 5000.0;
    }
    CHECK(width == Approx(2.0 * score * noise).epsilon(0.1));
    CHECK(std::sqrt(wrong) < 0.3 * noise);
  }
}
