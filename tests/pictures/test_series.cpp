// Ranges, ticks, smoothing and thinning: the numbers behind a picture of curves.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "engine/pictures/series.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<std::string> labels(const Range& range, int wanted) {
  std::vector<std::string> found;
  for (const Tick& tick : ticks(range, wanted)) found.push_back(tick.label);
  return found;
}

}  // namespace

TEST_CASE("ranges hold what can be drawn", "[pictures]") {
  const Range some = full_range({3, gap, -1, infinity, 2, -infinity, 1e200});
  CHECK((some.low == -1 && some.high == 3));
  for (const std::vector<double>& none : {std::vector<double>{}, {gap, infinity}}) {
    CHECK((full_range(none).low == 0 && full_range(none).high == 1));
    CHECK((robust_range(none).low == 0 && robust_range(none).high == 1));
  }
  for (const double value : {0.0, 0.5, -3.0, 1e90, 1e-300}) {
    const Range range = full_range({value, value});
    CHECK(range.holds(value));
    CHECK(range.span() > 0);
    CHECK(std::isfinite(range.span()));
  }
}

TEST_CASE("a robust range leaves out rare far outliers only", "[pictures]") {
  std::vector<double> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(0.1 * static_cast<double>(i));
  values[500] = 1.5;
  CHECK(robust_range(values).high == 1.5);
  values[500] = 100;
  CHECK(robust_range(values).high < 1.1);
  CHECK(robust_range(values).low < -0.99);
  CHECK(robust_range({1, 2, 3, 100}).high == 100);
  CHECK(robust_range(values, 60).high == 100);
}

TEST_CASE("ticks are round numbers inside the range", "[pictures]") {
  CHECK(labels({0, 1}, 5) == std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels({1, 10000}, 8) == std::vector<std::string>{"1000", "2000", "3000", "4000", "5000",
                                                          "6000", "7000", "8000", "9000", "10000"});
  CHECK(labels({-0.3, 0.31}, 3) == std::vector<std::string>{"-0.2", "0.0", "0.2"});
  CHECK(labels({0.94, 1.06}, 2) == std::vector<std::string>{"0.95", "1.00", "1.05"});
  CHECK(labels({-2e6, 2e6}, 2) == std::vector<std::string>{"-2e6", "0", "2e6"});
  CHECK(labels({0, 1e-6}, 2) == std::vector<std::string>{"0", "5e-7", "1e-6"});
  CHECK(labels({1.7e9, 1.701e9}, 3) == std::vector<std::string>{"1.7e9", "1.7005e9", "1.701e9"});
  // Each tick can be told from the next, however far the range is from zero.
  CHECK(labels({1, 1.0000002}, 2) == std::vector<std::string>{"1", "1.0000001", "1.0000002"});
  for (const Range& range : {Range{-1e90, 1e90}, Range{1e-12, 3e-12}, Range{1e6, 1e6 + 1},
                             Range{0.9999999, 1.0000001}, Range{-2e-300, 2e-300}}) {
    for (const int wanted : {1, 5, 20}) {
      const auto found = ticks(range, wanted);
      CHECK(found.size() <= 51);
      for (const Tick& tick : found) {
        CHECK(tick.label.size() < 20);
        CHECK(widened(range, 1e-6).holds(tick.value));
      }
    }
  }
}

TEST_CASE("smoothing is a triangular mean that gaps do not enter", "[pictures]") {
  const std::vector<double> x{0, 1, 2, 3, 4, 5};
  const auto points = smoothed_points(x, {1, 2, gap, 8, 16, 32}, 1, 100);
  REQUIRE(points.size() == 6);
  CHECK(points[0].y == Approx((2 * 1 + 2) / 3.0));
  CHECK(points[1].y == Approx((1 + 2 * 2) / 3.0));
  CHECK(std::isnan(points[2].y));
  CHECK(points[3].y == Approx((2 * 8 + 16) / 3.0));
  CHECK(points[4].y == Approx((8 + 2 * 16 + 32) / 4.0));
  CHECK(smoothed_points({}, {}, 3, 10).empty());
  CHECK(smoothed_points({7}, {9}, 3, 10)[0].y == 9);

  // One spike of 1e30 is gone again outside its neighbourhood.
  std::vector<double> many(5000, 1.0);
  std::vector<double> place(5000);
  std::iota(place.begin(), place.end(), 0.0);
  many[1000] = 1e30;
  const auto thin = smoothed_points(place, many, 50, 500);
  REQUIRE(thin.size() == 500);
  CHECK(thin.front().x == 0);
  CHECK(thin.back().x == 4999);
  CHECK(thin[200].y == 1.0);
}

TEST_CASE("runs end at gaps", "[pictures]") {
  const auto runs =
      drawable_runs({{0, 1}, {1, 1}, {2, gap}, {3, 1}, {4, infinity}, {gap, 1}, {6, 1}, {7, 1}});
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].size() == 2);
  CHECK(runs[1].size() == 1);
  CHECK(runs[2].front().x == 6);
  CHECK(drawable_runs({}).empty());
}

TEST_CASE("thinning keeps the ends and extremes of each pixel column", "[pictures]") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Polyline line;
  for (int i = 0; i < 50000; ++i) line.push_back({i * 900.0 / 50000, normal(random)});
  const Polyline thin = thinned(line);
  CHECK(thin.size() <= 4 * 900);
  CHECK(thin.front().y == line.front().y);
  CHECK(thin.back().y == line.back().y);
  std::vector<Range> all(900, Range{infinity, -infinity});
  std::vector<Range> kept = all;
  const auto gather = [](const Polyline& points, std::vector<Range>& columns) {
    for (const Point& p : points) {
      Range& column = columns[static_cast<std::size_t>(p.x)];
      column = {std::min(column.low, p.y), std::max(column.high, p.y)};
    }
  };
  gather(line, all);
  gather(thin, kept);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].low != kept[i].low || all[i].high != kept[i].high) FAIL("column " << i);
  }
  for (std::size_t i = 1; i < thin.size(); ++i) {
    if (thin[i].x < thin[i - 1].x) FAIL("the order of the points changed at " << i);
  }
  CHECK(thinned({{0.2, 1}, {1.2, 2}, {1.4, 2}}).size() == 3);
  CHECK(thinned({}).empty());
}
