// Fields of colours: which colour is where, and what is said of pairs without data.
#include "engine/pictures/heat_map.hpp"

#include <cmath>

#include "engine/pictures/curves.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Reach = ProfilePlot::Reach;

/// Values 0, 1, 2 from left to right, 0 and 3 more from the foot upwards.
HeatMap field() {
  HeatMap map;
  map.title = "Mean of y by x and z";
  map.across = {"x", {"a", "b", "c"}};
  map.up = {"z", {"low", "high"}};
  map.of.label = "y";
  map.values = {0.0, 3.0, 1.0, 4.0, 2.0, 5.0};
  map.reach.assign(6, Reach::inside);
  return map;
}

double lightness(RgbColour colour) {
  return 0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue;
}

}  // namespace

TEST_CASE("a field's colours are lighter the greater the value", "[pictures]") {
  for (double share = 0.05; share <= 1.0; share += 0.05) {
    CHECK(lightness(heat_colour(share)) > lightness(heat_colour(share - 0.05)));
  }
  const auto same = [](RgbColour a, RgbColour b) {
    return a.red == b.red && a.green == b.green && a.blue == b.blue;
  };
  CHECK(same(heat_colour(-3.0), heat_colour(0.0)));
  CHECK(same(heat_colour(9.0), heat_colour(1.0)));
  CHECK(same(heat_colour(std::nan("")), heat_colour(0.0)));
}

TEST_CASE("each pair of places has its value's colour, from the foot upwards", "[pictures]") {
  const RgbImage image = draw_heat_map(field());
  const Box all{0, 0, image.width, image.height};
  Box least{}, greatest{};
  for (int i = 0; i < 6; ++i) {
    const Box box = extent(image, heat_colour(i / 5.0), all);
    INFO(i);
    CHECK(box.right - box.left > 100);
    if (i == 0) least = box;
    if (i == 5) greatest = box;
  }
  CHECK(least.left < greatest.left);
  CHECK(least.top > greatest.top);
}

TEST_CASE("pairs outside the data are pale and struck, real rows have their own colour",
          "[pictures]") {
  HeatMap map = field();
  const RgbImage plain = draw_heat_map(map);
  const Box all{0, 0, plain.width, plain.height};
  CHECK(count_colour(plain, curve_vermilion, all) == 0);
  map.reach[0] = Reach::outside;
  map.reach[5] = Reach::edge;
  const RgbImage image = draw_heat_map(map);
  CHECK(count_colour(image, curve_vermilion, all) > 50);
  CHECK(count_colour(image, curve_orange, all) > 50);
  CHECK(count_colour(image, heat_colour(0.0), all) <
        count_colour(plain, heat_colour(0.0), all) / 4);
  CHECK(count_colour(image, heat_colour(1.0), all) > 1000);

  map = field();
  map.real_name = "1 real row";
  const auto greatest_of = [&](double value) {  // at a pair for which the model says the least
    map.real = {{0.0, 0.0, value}};
    return count_colour(draw_heat_map(map), heat_colour(1.0), all);
  };
  CHECK(greatest_of(5.0) > greatest_of(0.0) + 10);
}

TEST_CASE("fields that cannot be drawn are refused", "[pictures]") {
  const auto refuse = [](const auto& change, const std::string& said) {
    HeatMap map = field();
    change(map);
    check_error(error_of([&] { (void)draw_heat_map(map); }), 70, {"cannot draw a heat map", said});
  };
  refuse([](HeatMap& map) { map.values.pop_back(); }, "one for each pair");
  refuse([](HeatMap& map) { map.reach.pop_back(); }, "one for each pair");
  refuse([](HeatMap& map) { map.up.places.clear(); }, "no places");
}
