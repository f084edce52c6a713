// Settings between the values of a column that has few, and what a search predicts there.
#include <algorithm>
#include <cmath>
#include <set>

#include "engine/experiment/search.hpp"
#include "engine/experiment/setting_space.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/run/run_files.hpp"
#include "tests/experiment/wind_model.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

const std::vector<std::vector<double>> grids = {
    {}, {0.1, 0.15, 0.2, 0.3}, {10, 15, 20, 30, 40}, {0, 2, 4, 6, 8, 10, 12, 14, 16, 18}};

bool is_on_grid(const SearchResult& result, std::size_t setting, std::size_t row) {
  const double number = result.settings[setting].numbers[row];
  return std::any_of(grids[setting].begin(), grids[setting].end(),
                     [&](double value) { return std::fabs(value - number) < 1e-9; });
}

}  // namespace

TEST_CASE("a setting between values has them as corners, weighted by how near they are",
          "[generate]") {
  const LoadedCheckpoint loaded = load_run_or_file(wind_model().checkpoint);
  const GeneratorModel model = read_model(loaded.checkpoint, "the test");
  const std::vector<CellPlace> places = cell_places(*model.cells, *model.schema);
  const SettingSpace space(model, places, {4}, "", true);
  const std::vector<Settings> settings = {{1.0, 0.15, 20.0, 4.0}, {2.0, 0.175, 27.5, 4.0}};
  const Corners corners = space.corners(settings);
  CHECK(corners.of == std::vector<std::size_t>{0, 1, 1, 1, 1});
  CHECK(corners.settings[0] == settings[0]);
  CHECK(corners.weights[0] == 1.0);
  double chord = 0.0, speed = 0.0, sum = 0.0;
  for (std::size_t at = 1; at < 5; ++at) {
    CHECK(corners.settings[at][0] == 2.0);
    CHECK(corners.settings[at][3] == 4.0);
    chord += corners.weights[at] * corners.settings[at][1];
    speed += corners.weights[at] * corners.settings[at][2];
    sum += corners.weights[at];
  }
  CHECK(sum == Approx(1.0));
  CHECK(chord == Approx(0.175));
  CHECK(speed == Approx(27.5));
  // Without the flag there is nothing between.
  CHECK(SettingSpace(model, places, {4}, "").corners(settings).of ==
        std::vector<std::size_t>{0, 1});
}

TEST_CASE("a search proposes values of a grid, and those between where it is asked to",
          "[generate]") {
  const ExperimentModel& model = wind_model();
  SearchRequest request = model.proposals({"P(lift>80)"}, {"P(lift>120)"});
  request.where = "profile=thin,chord>=0.15,chord<=0.3,speed<=30";
  request.count = 40;
  const SearchResult plain = search(request);
  for (std::size_t row = 0; row < static_cast<std::size_t>(plain.rows); ++row) {
    for (std::size_t k = 1; k < 4; ++k) CHECK(is_on_grid(plain, k, row));
  }

  request.extrapolate = true;
  const SearchResult result = search(request);
  int between = 0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(result.rows); ++row) {
    bool on_grid = true;
    for (std::size_t k = 1; k < 4; ++k) {
      const double number = result.settings[k].numbers[row];
      CHECK(number >= (k == 1 ? 0.15 : grids[k].front()) - 1e-9);
      CHECK(number <= (k == 2 ? 30.0 : grids[k].back()) + 1e-9);
      on_grid = on_grid && is_on_grid(result, k, row);
    }
    between += on_grid ? 0 : 1;
    if (!on_grid) CHECK(result.support[row] != Support::inside);
  }
  CHECK(between > 0);
}

TEST_CASE("what is predicted between two values lies between their predictions", "[generate]") {
  const ExperimentModel& model = wind_model();
  SearchRequest request = model.proposals({"lift"});
  request.where = "profile=thin,chord=0.2,speed=30";
  request.extrapolate = true;
  request.count = 30;
  const SearchResult result = search(request);
  const PredictResult at_grid = predict(model.prediction(
      "profile,chord,speed,angle\nthin,0.2,30,0\nthin,0.2,30,2\nthin,0.2,30,4\nthin,0.2,30,6\n"
      "thin,0.2,30,8\nthin,0.2,30,10\nthin,0.2,30,12\nthin,0.2,30,14\nthin,0.2,30,16\n"
      "thin,0.2,30,18\n"));
  const auto lift = std::find_if(at_grid.numbers.begin(), at_grid.numbers.end(),
                                 [](const auto& one) { return one.name == "lift [N]"; });
  REQUIRE(lift != at_grid.numbers.end());
  std::set<double> odd;
  for (std::size_t row = 0; row < static_cast<std::size_t>(result.rows); ++row) {
    const double angle = result.settings[3].numbers[row];
    const auto below = static_cast<std::size_t>(std::min(angle / 2.0, 8.0));
    const double part = angle / 2.0 - static_cast<double>(below);
    const auto mixed = [&](const std::vector<double>& values) {
      return (1.0 - part) * values[below] + part * values[below + 1];
    };
    INFO(angle);
    CHECK(result.goals[0].values[row] == Approx(mixed(lift->mean)));
    CHECK(result.goals[0].low[row] == Approx(mixed(lift->low)));
    CHECK(result.goals[0].high[row] == Approx(mixed(lift->high)));
    CHECK(angle == std::round(angle));  // with the column's decimals
    if (std::fmod(angle, 2.0) == 0.0) continue;
    odd.insert(angle);
    const Support worst = std::max(at_grid.support[below], at_grid.support[below + 1]);
    CHECK(result.support[row] == std::max(worst, Support::edge));
  }
  CHECK_FALSE(odd.empty());
}

TEST_CASE("there is nothing to extrapolate but numbers that come again", "[generate]") {
  SearchRequest request = wind_model().proposals({"lift"});
  request.where = "chord=0.2,speed=30,angle=4";
  request.extrapolate = true;
  check_error(error_of([&] { (void)search(request); }), 78,
              {"bad setting: extrapolate", "no setting of a few numbers that leave room between"});
  // Beyond the values of the data there is nothing to ask the model for.
  request.where = "angle>18";
  check_error(error_of([&] { (void)search(request); }), 78,
              {"where", "which leaves nothing", "0 to 18"});
}
