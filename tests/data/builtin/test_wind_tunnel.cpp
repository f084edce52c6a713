// The built-in table: a function of its seed, with settings on a grid and forces by the formula.
#include "engine/data/builtin/wind_tunnel.hpp"

#include <cmath>

#include "engine/data/readers/open_trials.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

TEST_CASE("the wind tunnel is a table of settings and forces", "[builtin]") {
  const Table table = make_wind_tunnel(1);
  REQUIRE(table.rows == 1500);
  REQUIRE(table.columns.size() == 6);
  const auto& [profile, chord, speed, angle, lift, drag] =
      std::tie(table.columns[0], table.columns[1], table.columns[2], table.columns[3],
               table.columns[4], table.columns[5]);
  CHECK(profile.words == std::vector<std::string>{"flat", "thin", "thick"});
  CHECK(drag.missing > 10);
  CHECK(drag.missing < 60);
  for (std::size_t row = 0; row < 1500; ++row) {
    const double a = angle.numbers[row];
    if (a > 12.0) continue;
    const double force = 0.6 * speed.numbers[row] * speed.numbers[row] * chord.numbers[row] * 2.0 *
                         M_PI * std::sin(a * M_PI / 180.0);
    INFO("row " << row);
    CHECK(std::fabs(lift.numbers[row] - force) < 0.08 * force + 0.25);
  }
  CHECK(make_wind_tunnel(1, 20).columns[4].numbers ==
        std::vector<double>(lift.numbers.begin(), lift.numbers.begin() + 20));
  CHECK(make_wind_tunnel(2).columns[4].numbers != lift.numbers);
}

TEST_CASE("the wind tunnel is data of its own name", "[builtin]") {
  const Trials trials = open_trials({.data = "wind-tunnel", .seed = 1});
  REQUIRE(trials.schema);
  CHECK(trials.count == 1500);
  CHECK(trials.shape.size() == 3 + 4 + 5 + 10 + 1 + 2);  // three grids are choices
  using K = ColumnKind;
  const K kinds[] = {K::categorical, K::grid, K::grid, K::grid, K::continuous, K::continuous};
  for (std::size_t i = 0; i < 6; ++i) CHECK(trials.schema->columns[i].kind == kinds[i]);
  CHECK(trials.schema->columns[2].unit == "m/s");
  CHECK(lasting_data_name("wind-tunnel", trials) == "wind-tunnel");
}
