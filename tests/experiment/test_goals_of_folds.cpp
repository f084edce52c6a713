// Goals of a search by a model with folds agree with the intervals that it predicts.
#include <cmath>
#include <cstdio>

#include "engine/experiment/search.hpp"
#include "tests/experiment/experiment_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/masked_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// y = 3 sin(4 a) + b with a deviation of 0.5, learnt by heart: intervals have to be widened.
const ExperimentModel& noisy_model() {
  static const ExperimentModel model = [] {
    Dice dice(11);
    std::string text = "a,b,y\n";
    char line[96];
    for (int i = 0; i < 240; ++i) {
      const double a = 0.05 * static_cast<double>(dice.roll(21));
      const double b = 0.1 * static_cast<double>(dice.roll(11));
      std::snprintf(line, sizeof(line), "%.2f,%.1f,%.4f\n", a, b,
                    3.0 * std::sin(4.0 * a) + b + 0.5 * normal_roll(dice));
      text += line;
    }
    TrainConfig config = experiment_config(400);
    config.folds = 2;
    return ExperimentModel(text, config);
  }();
  return model;
}

}  // namespace

TEST_CASE("quantiles that a search looks for are the ends of the intervals it prints",
          "[folds][generate]") {
  SearchRequest request = noisy_model().proposals({"q5(y)"}, {"q95(y)"});
  request.level = 0.9;
  const SearchResult result = search(request);
  REQUIRE(result.rows > 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(result.rows); ++i) {
    CHECK(result.goals[0].values[i] == Approx(result.goals[0].low[i]));
    CHECK(result.goals[1].values[i] == Approx(result.goals[0].high[i]));
  }
}

TEST_CASE("probabilities that a search looks for go with its intervals", "[folds][generate]") {
  const ExperimentModel& model = noisy_model();
  SearchRequest request = model.proposals({"P(y>2)", "y"});
  request.level = 0.8;
  request.count = 100;
  const SearchResult result = search(request);
  REQUIRE(result.rows > 0);
  int high = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(result.rows); ++i) {
    INFO(i);
    // 2 lies above the lower end of the interval of 0.8 just where no more than 0.9 lies above 2.
    const double low = result.goals[0].low[i], probability = result.goals[0].values[i];
    if (low > 2.0 + 1e-9) CHECK(probability >= 0.9 - 1e-5);
    if (low < 2.0 - 1e-9) CHECK(probability <= 0.9 + 1e-5);
    high += low > 2.0 ? 1 : 0;
  }
  CHECK(high > 0);
}
