// Pictures of profiles: bands, marks and points where they should be, and axes that can be read.
#include "engine/pictures/profile_plot.hpp"

#include <algorithm>
#include <cmath>

#include "engine/pictures/canvas.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/date_ticks.hpp"
#include "engine/pictures/plot_legend.hpp"
#include "engine/pictures/profile_axes.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Kind = ProfilePlot::Axis::Kind;
using Reach = ProfilePlot::Reach;

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour black{0, 0, 0};
constexpr Box below{53, 110, 840, 460};  // within the frame of the plots of these tests

/// A mean from 1 to 2 at 0, 1 and 2, and a band of 1 about it.
ProfilePlot straight() {
  ProfilePlot plot;
  plot.title = "y by x";
  plot.across.label = "x [m]";
  plot.up.label = "y";
  plot.places = {0.0, 1.0, 2.0};
  plot.reach.assign(3, Reach::inside);
  plot.bands = {{"90 % band", {0.0, 0.5, 1.0}, {2.0, 2.5, 3.0}}};
  plot.curves = {{"mean", {1.0, 1.5, 2.0}}};
  return plot;
}

std::vector<std::string> labels_of(const std::vector<Tick>& ticks) {
  std::vector<std::string> made;
  for (const Tick& tick : ticks) made.push_back(tick.label);
  return made;
}

RgbColour over_white(RgbColour colour, double opacity) {
  const auto mixed = [&](std::uint8_t of) {
    return static_cast<std::uint8_t>(std::lround(255.0 + opacity * (of - 255.0)));
  };
  return {mixed(colour.red), mixed(colour.green), mixed(colour.blue)};
}

int count_band(const RgbImage& image, double opacity) {
  return count_colour(image, over_white(curve_blue, opacity), below);
}

}  // namespace

TEST_CASE("canvas: what lies between two lines is filled, and softened at its ends", "[pictures]") {
  Canvas canvas(20, 20, white);
  canvas.fill_between({{2, 4}, {12, 4}}, {{2, 10.5}, {12, 10.5}}, {black, 1, 1}, canvas.area());
  CHECK(count_colour(canvas.image(), black, canvas.area()) == 10 * 6);
  CHECK(extent(canvas.image(), black, canvas.area()).left == 2);
  CHECK(extent(canvas.image(), black, canvas.area()).right == 12);
  CHECK(is_colour(canvas.image(), 5, 10, {128, 128, 128}));
  CHECK(is_colour(canvas.image(), 5, 11, white));
  // Neighbours share no column, and none is filled twice.
  Canvas two(20, 20, white);
  const Pen grey{black, 1, 0.5};
  two.fill_between({{2, 4}, {7.3, 4}}, {{2, 10}, {7.3, 10}}, grey, two.area());
  two.fill_between({{7.3, 4}, {12, 4}}, {{7.3, 10}, {12, 10}}, grey, two.area());
  CHECK(count_colour(two.image(), {128, 128, 128}, two.area()) == 60);
  // A slope is filled up to the line; what is outside the clip is left.
  Canvas slope(20, 20, white);
  slope.fill_between({{0, 0}, {20, 20}}, {{0, 20}, {20, 20}}, {black, 1, 1}, {0, 0, 10, 20});
  CHECK(is_colour(slope.image(), 5, 3, white));
  CHECK(is_colour(slope.image(), 5, 8, black));
  CHECK(is_colour(slope.image(), 11, 15, white));
}

TEST_CASE("profile: a picture has its size, its band and its line", "[pictures]") {
  const RgbImage image = draw_profile(straight());
  CHECK(image.width == 860);
  CHECK(image.height == 520);
  CHECK(count_colour(image, curve_blue, below) > 1000);
  // Two thirds of the height, over nearly all of the width.
  CHECK(count_band(image, 0.2) > 130000);
  CHECK(count_colour(image, white, below) > 80000);
  const RgbImage small = draw_profile(straight(), {400, 300});
  CHECK(small.width == 400);
  CHECK(small.height == 300);
}

TEST_CASE("profile: places that the data do not reach are pale and broken", "[pictures]") {
  ProfilePlot plot = straight();
  const RgbImage whole = draw_profile(plot);
  plot.reach = {Reach::inside, Reach::edge, Reach::outside};
  const RgbImage part = draw_profile(plot);
  CHECK(count_band(part, 0.2) < 0.6 * count_band(whole, 0.2));
  CHECK(count_band(part, 0.08) > 50000);
  CHECK(count_colour(part, curve_blue, below) < count_colour(whole, curve_blue, below));
  // A line alone is broken: about half of it is left.
  ProfilePlot line;
  for (int i = 0; i < 30; ++i) line.places.push_back(i);
  line.curves = {{"mean", std::vector<double>(30, 1.0)}};
  line.reach.assign(30, Reach::inside);
  const int all = count_colour(draw_profile(line), curve_blue, below);
  line.reach.assign(30, Reach::outside);
  CHECK(count_colour(draw_profile(line), curve_blue, below) < 0.75 * all);
  // The strip at the foot: half a place of the outermost, none of what lies inside.
  const Box foot{53, 452, 840, 460};
  CHECK(count_colour(whole, curve_vermilion, foot) == 0);
  CHECK(count_colour(part, curve_vermilion, foot) > 150 * 6);
  CHECK(count_colour(part, curve_orange, foot) > 300 * 6);
  CHECK(extent(part, curve_orange, foot).left > 200);
}

TEST_CASE("profile: real points are drawn, and rare far ones do not squeeze the rest",
          "[pictures]") {
  ProfilePlot plot = straight();
  plot.bands.clear();
  plot.real_name = "400 real rows";
  for (int i = 0; i < 400; ++i) plot.real.push_back({0.005 * i, 1.0 + 0.0025 * i});
  const Range near = profile_up_range(plot);
  plot.real.push_back({1.0, 1000.0});
  CHECK(profile_up_range(plot).high == near.high);
  CHECK(near.high < 2.2);
  const RgbImage image = draw_profile(plot);
  plot.real.clear();
  CHECK(image.pixels != draw_profile(plot).pixels);
}

TEST_CASE("profile: words are marks side by side", "[pictures]") {
  ProfilePlot plot = straight();
  plot.across.kind = Kind::words;
  plot.across.words = {"flat", "a word that is far too long for the room that it has here", "x"};
  const RgbImage image = draw_profile(plot);
  const RgbColour band = over_white(curve_blue, 0.2);
  const Box all = extent(image, band, below);
  CHECK(all.left > 150);
  CHECK(all.right < 750);
  CHECK(count_colour(image, band, {250, 110, 350, 460}) == 0);
  plot.places = {0.0};
  plot.across.words = {"one"};
  plot.reach = {Reach::outside};
  plot.bands = {{"band", {0.0}, {1.0}}};
  plot.curves = {{"mean", {0.5}}};
  CHECK(count_band(draw_profile(plot), 0.08) > 5000);
}

TEST_CASE("profile: several words have curves of their own, with real shares", "[pictures]") {
  ProfilePlot plot = straight();
  plot.bands.clear();
  plot.shares = true;
  plot.curves = {{"up", {0.2, 0.5, 0.9}, {{1.0, 0.5}}}, {"down", {0.8, 0.5, 0.1}}};
  plot.real_name = "shares of 9 real rows";
  const RgbImage image = draw_profile(plot);
  CHECK(count_colour(image, curve_blue, below) > 800);
  CHECK(count_colour(image, curve_vermilion, below) > 800);
  CHECK(profile_up_range(plot).low < 0.0);
  CHECK(profile_up_range(plot).high > 1.0);
  // Low shares are not left at the foot of an empty picture.
  plot.curves = {{"up", {0.02, 0.05, 0.09}}, {"down", {0.08, 0.05, 0.01}}};
  CHECK(profile_up_range(plot).high < 0.2);
}

TEST_CASE("profile: ticks are at a grid's values, at powers of ten, at dates", "[pictures]") {
  ProfilePlot plot = straight();
  const Box frame{50, 0, 850, 400};
  const auto ticks_of = [&] {
    const PlotAxis axis{profile_across_range(plot), 50, 850};
    return labels_of(profile_across_ticks(plot, axis, frame));
  };
  plot.across.marks = {0.0, 0.15, 2.0};
  CHECK(ticks_of() == std::vector<std::string>{"0", "0.15", "2"});
  plot.across.marks = {0.0, 0.0001, 2.0};
  CHECK(ticks_of().size() > 4);
  plot.across.marks.clear();
  plot.across.kind = Kind::logarithms;
  CHECK(ticks_of() == std::vector<std::string>{"1", "2", "5", "10", "20", "50", "100"});
  plot.places = {-3.0, 1.0, 12.0};
  CHECK(ticks_of().front() == "0.001");
  CHECK(ticks_of().back() == "1e+12");
  plot.across.kind = Kind::days;
  plot.places = {18687.0, 18900.0, 19500.0};
  CHECK(ticks_of().front() == "2021-04");
}

TEST_CASE("dates: ticks are beginnings of years, months, days and hours", "[pictures]") {
  const auto days = [](double low, double high, int most) {
    return labels_of(date_ticks({low, high}, DateUnit::days, most));
  };
  using Labels = std::vector<std::string>;
  // 1 January 2020 is day 18262.
  CHECK(days(18262, 18266, 8) ==
        Labels{"2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04", "2020-01-05"});
  CHECK(days(18262, 18290, 5) == Labels{"2020-01-06", "2020-01-13", "2020-01-20", "2020-01-27"});
  CHECK(days(18262, 18262 + 366, 5) ==
        Labels{"2020-01", "2020-04", "2020-07", "2020-10", "2021-01"});
  CHECK(days(18262, 18262 + 3653, 6) == Labels{"2020", "2022", "2024", "2026", "2028", "2030"});
  CHECK(days(-719162, 2932896, 9) ==
        Labels{"1000", "2000", "3000", "4000", "5000", "6000", "7000", "8000", "9000"});
  CHECK(days(18262.5, 18262.6, 5).empty());
  // February 2020 has 29 days.
  CHECK(date_ticks({18262, 18322}, DateUnit::days, 3)[1].value == 18293.0);
  CHECK(date_ticks({18262, 18322}, DateUnit::days, 3)[2].value == 18322.0);

  const double midnight = 18262.0 * 86400.0;
  const auto seconds = [](double low, double high, int most) {
    return labels_of(date_ticks({low, high}, DateUnit::seconds, most));
  };
  CHECK(seconds(midnight, midnight + 10, 3) == Labels{"00:00:00", "00:00:05", "00:00:10"});
  CHECK(seconds(midnight, midnight + 7200, 3) == Labels{"00:00", "01:00", "02:00"});
  CHECK(seconds(midnight - 43200, midnight + 43200, 3) ==
        Labels{"12-31 12:00", "01-01 00:00", "01-01 12:00"});
  CHECK(seconds(midnight, midnight + 3 * 86400, 4) ==
        Labels{"2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"});
  // Times of day have no date.
  CHECK(seconds(0, 86400, 5).size() <= 5);
}

TEST_CASE("legends and texts stay within their room", "[pictures]") {
  CHECK(fitted_text("short", 100, 1) == "short");
  const std::string cut = fitted_text("a name that is far too long", 100, 1);
  CHECK(cut.starts_with("a name"));
  CHECK(cut.ends_with("..."));
  CHECK(text_width(cut, 1) <= 100);
  std::string umlauts;
  for (int i = 0; i < 20; ++i) umlauts += "\xc3\xa4";
  const std::string some = fitted_text(umlauts, 80, 1);
  CHECK(text_width(some, 1) <= 80);
  CHECK(some.size() % 2 == 1);  // whole letters of two bytes, and three points
  CHECK(some.substr(some.size() - 5) == "\xc3\xa4...");
  CHECK(fitted_text("word", 2, 1).empty());

  PlotLegend legend;
  CHECK(legend.lines(100) == 0);
  legend.add(PlotLegend::Mark::line, black, 1, "");
  CHECK(legend.lines(100) == 0);
  for (int i = 0; i < 6; ++i) legend.add(PlotLegend::Mark::box, black, 1, "a name of some width");
  CHECK(legend.lines(2000) == 1);
  CHECK(legend.lines(500) == 3);
  CHECK(legend.lines(10) == 6);
}

TEST_CASE("dashes cover a line but for the gaps", "[pictures]") {
  const auto parts = dashed({{0, 0}, {10, 0}, {20, 0}}, 6, 4);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].front().x == 0.0);
  CHECK(parts[0].back().x == 6.0);
  CHECK(parts[1].front().x == 10.0);
  CHECK(parts[1].back().x == 16.0);
  const auto across = dashed({{0, 0}, {3, 0}, {20, 0}}, 6, 4);
  REQUIRE(across.size() == 2);
  CHECK(across[0].size() == 3);
  CHECK(dashed({{1, 1}}, 6, 4).empty());
}

TEST_CASE("profile: what cannot be drawn is refused", "[pictures]") {
  const auto refuse = [](const auto& change, ProfileStyle style = {}) {
    ProfilePlot plot = straight();
    change(plot);
    check_error(error_of([&] { (void)draw_profile(plot, style); }), 70, {"cannot draw a profile"});
  };
  refuse([](ProfilePlot& plot) { plot.places.clear(); });
  refuse([](ProfilePlot& plot) { plot.curves.clear(); });
  refuse([](ProfilePlot& plot) { plot.curves.resize(9, plot.curves[0]); });
  refuse([](ProfilePlot& plot) { plot.curves[0].values.pop_back(); });
  refuse([](ProfilePlot& plot) { plot.bands[0].low.pop_back(); });
  refuse([](ProfilePlot& plot) { plot.reach.pop_back(); });
  refuse([](ProfilePlot& plot) { plot.across.kind = Kind::words; });
  refuse([](ProfilePlot&) {}, {100, 400});
}
