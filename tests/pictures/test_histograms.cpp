// Columns of numbers as histograms.
#include "engine/pictures/histogram_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "engine/pictures/curves.hpp"
#include "engine/pictures/histogram.hpp"
#include "engine/pictures/plot_axes.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr RgbColour white{255, 255, 255};

std::vector<double> normal(std::size_t count, double mean, double deviation) {
  std::mt19937 random(1);
  std::normal_distribution<double> draw(mean, deviation);
  std::vector<double> values(count);
  for (double& value : values) value = draw(random);
  return values;
}

std::vector<double> repeated(const std::vector<double>& some, int times) {
  std::vector<double> values;
  for (int i = 0; i < times; ++i) values.insert(values.end(), some.begin(), some.end());
  return values;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// The pixels of plot `n`, inside its frame, with four in a row; `noted` where any column has a
// note. Beside a single histogram there is no room for words behind the key: they take a second
// line.
Box plot(int n, bool noted, bool single = false) {
  const int above = 18 + (noted ? 16 : 0);
  const int left = 40 + n % 4 * 292;
  const int top = 16 + 30 + (single ? 18 : 0) + above + n / 4 * (above + 104 + 24 + 14);
  return {left + 1, top + 1, left + 243, top + 103};
}

int code_of(const std::vector<HistogramColumn>& columns, const HistogramSheetStyle& style = {}) {
  return outcome_of([&] { draw_histograms(columns, style); }).code;
}

}  // namespace

TEST_CASE("bins: any scale has the same bins", "[pictures]") {
  const std::vector<double> unit = normal(2000, 3, 1);
  const Bins expected = bins_for(unit);
  CHECK((expected.count >= 16 && expected.count <= 44 && !expected.single));
  CHECK(std::abs(sum(bin_shares(unit, expected)) - 1) < 1e-9);
  for (const double scale : {1e-6, 1e-3, 1e3, 1e6}) {
    std::vector<double> values = unit;
    for (double& value : values) value *= scale;
    const Bins bins = bins_for(values);
    CHECK(bins.count == expected.count);
    CHECK(std::abs(bins.low / scale - expected.low) < 1e-6);
    CHECK(std::abs(bins.width / scale - expected.width) < 1e-6);
  }
}

TEST_CASE("bins: outliers and long tails do not flatten the rest", "[pictures]") {
  std::vector<double> values = normal(2000, 0, 1);
  const Range plain = bins_for(values).range();
  values[7] = 1e9;
  values[8] = -std::numeric_limits<double>::infinity();
  values[9] = std::nan("");
  const Bins bins = bins_for(values);
  CHECK(std::abs(bins.range().low - plain.low) < 0.5);
  CHECK(std::abs(bins.range().high - plain.high) < 0.5);
  // Only those three are in no bin.
  CHECK(std::abs(sum(bin_shares(values, bins)) - (1 - 3 / 2000.0)) < 1e-9);

  for (double& value : values) value = std::exp(2 * value);
  const std::vector<double> tail(values.begin() + 10, values.end());
  const std::vector<double> shares = bin_shares(tail, bins_for(tail));
  CHECK(*std::max_element(shares.begin(), shares.end()) < 0.6);
  CHECK(sum(shares) > 0.9);
  // Nine of ten are zero: the others still have an axis.
  std::vector<double> rare(1000, 0.0);
  for (std::size_t i = 0; i < 100; ++i) rare[i] = 0.5 + static_cast<double>(i);
  CHECK(bins_for(rare).range().high > 90);
}

TEST_CASE("bins: whole numbers have a bin each, or equally many in each", "[pictures]") {
  const Bins few = bins_for(repeated({0, 1, 1, 4}, 50));
  CHECK((few.single && few.low == -0.5 && few.width == 1 && few.count == 5));
  const std::vector<double> four = bin_shares(repeated({0, 1, 1, 4}, 50), few);
  const double expected[] = {0.25, 0.5, 0, 0, 0.25};
  for (std::size_t i = 0; i < four.size(); ++i) CHECK(std::abs(four[i] - expected[i]) < 1e-9);
  std::vector<double> many(3000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i % 300);
  const Bins wide = bins_for(many);
  CHECK_FALSE(wide.single);
  CHECK(wide.width == std::floor(wide.width));
  CHECK(wide.low - 0.5 == std::floor(wide.low));
  const std::vector<double> shares = bin_shares(many, wide);
  for (std::size_t i = 2; i + 3 < shares.size(); ++i) {
    CHECK(std::abs(shares[i] - wide.width / 300) < 1e-9);  // no comb of bins with one number more
  }
}

TEST_CASE("bins: few values lie in the middle of theirs", "[pictures]") {
  const std::vector<double> values = repeated({0.1, 0.15, 0.15, 0.3}, 50);
  const Bins few = bins_for(values);
  REQUIRE((few.single && few.count == 5));
  CHECK(few.middle(0) == Approx(0.1));
  CHECK(few.middle(1) == Approx(0.15));
  CHECK(few.middle(4) == Approx(0.3));
  const std::vector<double> shares = bin_shares(values, few);
  CHECK(shares[0] == Approx(0.25));
  CHECK(shares[1] == Approx(0.5));
  CHECK(shares[4] == Approx(0.25));
  const Bins tens = bins_for(repeated({0, 100, 300, 700}, 50));  // whole numbers far apart
  CHECK((tens.single && tens.count == 8 && tens.width == 100));
  // No step leads from one of these to the others.
  const Bins apart = bins_for(repeated({1.0, 2.0, 3.71, 9.13}, 50));
  CHECK_FALSE(apart.single);
  CHECK(apart.middle(2) == Approx(1.0));
  CHECK(sum(bin_shares(repeated({1.0, 2.0, 3.71, 9.13}, 50), apart)) == Approx(1.0));
}

TEST_CASE("bins: a constant lies in the middle, nothing at all has bins", "[pictures]") {
  for (const double value : {0.25, -1e-9, 7.0, 0.0, 1e12, -3.0, 1.7e300}) {
    const std::vector<double> values(100, value);
    const Bins bins = bins_for(values);
    CHECK(bins.width > 0);
    const std::vector<double> shares = bin_shares(values, bins);
    if (drawable(value)) {
      CHECK(std::abs(shares[shares.size() / 2] - 1) < 1e-9);
    } else {
      CHECK(sum(shares) == 0);
    }
  }
  CHECK(bins_for({}).count > 0);
  CHECK(bins_for({std::nan("")}).count > 0);
}

TEST_CASE("histograms: real bars have the heights of their shares", "[pictures]") {
  // 0, 1 and 2 make up a half, a quarter and a quarter; the plot ends at 1.08 times a half.
  const RgbImage sheet = draw_histograms({{"column 0", repeated({0, 0, 1, 2}, 25), {}}});
  const Box box = plot(0, false, true);
  REQUIRE(sheet.width >= 300);
  CHECK(is_colour(sheet, box.left - 1, box.top + 20, plot_frame));
  CHECK(is_colour(sheet, box.right, box.bottom - 20, plot_frame));
  const double bin = 240.0 / 3;
  const double shares[] = {0.5, 0.25, 0.25};
  for (int i = 0; i < 3; ++i) {
    const int middle = box.left + 1 + static_cast<int>((i + 0.5) * bin);
    const Box bar = extent(sheet, histogram_real, {middle - 3, box.top, middle + 3, box.bottom});
    CHECK(std::abs(bar.top - (box.bottom - shares[i] / 0.54 * 102)) <= 2);
    CHECK(bar.bottom >= box.bottom - 1);
    // Between the bars there is nothing.
    const int end = box.left + 1 + static_cast<int>((i + 1) * bin);
    CHECK(count_colour(sheet, histogram_real, {end - 3, box.top, end + 3, box.bottom}) == 0);
  }
  CHECK(count_colour(sheet, histogram_generated, {0, 0, sheet.width, sheet.height}) == 0);
  // A name above, numbers below and at the side.
  CHECK(count_colour(sheet, plot_ink, {box.left, 64, box.right, box.top - 4}) > 20);
  CHECK(count_colour(sheet, plot_ink, {box.left, box.bottom + 5, box.right, box.bottom + 24}) > 10);
  CHECK(count_colour(sheet, plot_ink, {0, box.top, box.left - 8, box.bottom + 4}) > 10);
}

TEST_CASE("histograms: virtual bars stand beside real ones", "[pictures]") {
  const RgbImage sheet = draw_histograms({{"a", repeated({0, 1}, 50), repeated({0, 0, 0, 1}, 25)}});
  const Box box = plot(0, false, true);
  for (int i = 0; i < 2; ++i) {
    const int middle = box.left + 1 + static_cast<int>((i + 0.5) * 120);
    const Box left{middle - 30, box.top, middle - 2, box.bottom};
    const Box right{middle + 2, box.top, middle + 30, box.bottom};
    const auto height = [&](RgbColour colour, const Box& where) {
      return box.bottom - extent(sheet, colour, where).top;
    };
    CHECK(std::abs(height(histogram_real, left) - 0.5 / 0.81 * 102) <= 2);
    CHECK(std::abs(height(histogram_generated_only, right) - (i == 0 ? 0.75 : 0.25) / 0.81 * 102) <=
          2);
    CHECK(count_colour(sheet, histogram_real, right) == 0);
    CHECK(count_colour(sheet, histogram_generated_only, left) == 0);
  }
}

TEST_CASE("histograms: an outline of the virtual lies before the real", "[pictures]") {
  const std::vector<double> real = normal(2000, 0, 1e-3);
  std::vector<double> moved = real;
  for (double& value : moved) value += 1e-3;
  const RgbImage sheet = draw_histograms({{"a", real, moved}, {"b", real, real}});
  const Bins bins = bins_for(real);
  const Box box = plot(0, true);  // moved ones lie outside, which is said
  const auto x = [&](double value) {
    return box.left + 1 + static_cast<int>((value - bins.low) / (bins.width * bins.count) * 240);
  };
  const auto top = [&](RgbColour colour, double value) {
    return extent(sheet, colour, {x(value), box.top, x(value) + 4, box.bottom}).top;
  };
  CHECK(top(histogram_real, 0) < top(histogram_real, 1e-3) - 20);
  CHECK(top(histogram_generated, 1e-3) < top(histogram_generated, 0) - 20);
  CHECK(count_colour(sheet, plot_grey, {box.left, box.top - 18, box.right, box.top - 2}) > 20);
  const Box second = plot(1, true);
  CHECK(count_colour(sheet, plot_grey,
                     {second.left, second.top - 18, second.right, second.top - 2}) == 0);
  CHECK(draw_histograms({{"b", real, real}, {"b", real, real}}).height == sheet.height - 16);
}

TEST_CASE("histograms: a virtual bar that is too high is cut off, within the plot", "[pictures]") {
  const std::vector<double> real = normal(2000, 0, 1);
  const RgbImage sheet = draw_histograms({{"a", real, std::vector<double>(500, 0.1)}});
  const Box box = plot(0, true, true);
  const Box line = extent(sheet, histogram_generated, {0, 64, sheet.width, sheet.height});
  CHECK(line.top == box.top);
  CHECK(line.bottom <= box.bottom);
  // The real ones still take a third of the height.
  const Box bars = extent(sheet, histogram_real, box);
  CHECK(std::abs((box.bottom - bars.top) - 102 / 3.24) <= 3);
}

TEST_CASE("histograms: without real numbers the virtual are filled", "[pictures]") {
  const RgbImage sheet = draw_histograms({{"a", {}, normal(500, 1e6, 2e5)}});
  const Box whole{0, 0, sheet.width, sheet.height};
  CHECK(count_colour(sheet, histogram_generated_only, plot(0, false, true)) > 2000);
  CHECK(count_colour(sheet, histogram_real, whole) == 0);
}

TEST_CASE("histograms: four in a row, what is left out in words", "[pictures]") {
  std::vector<HistogramColumn> columns(24, {"column", normal(300, 5, 2), {}});
  const RgbImage all = draw_histograms(columns);
  CHECK((all.width <= 1200 && all.height <= 1200));
  for (int n = 0; n < 24; ++n) CHECK(count_colour(all, histogram_real, plot(n, false)) > 1000);
  const RgbImage more = draw_histograms(columns, {4, 6});
  const Box heading{0, 0, all.width, 40};
  CHECK(more.width == all.width);
  const RgbImage narrow = draw_histograms(columns, {2, 6});
  CHECK(narrow.width <= 640);  // the words go below the key
  CHECK(count_colour(more, plot_grey, heading) > count_colour(all, plot_grey, heading) + 50);
  columns.resize(5);
  const RgbImage five = draw_histograms(columns);
  CHECK(count_colour(five, white,
                     {plot(5, false).left - 20, plot(5, false).top, five.width, five.height}) ==
        (five.width - plot(5, false).left + 20) * (five.height - plot(5, false).top));
}

TEST_CASE("histograms: impossible sheets are refused", "[pictures]") {
  const HistogramColumn one{"a", {1}, {}};
  CHECK(code_of({one}) == 0);
  CHECK(code_of({{"a", {}, {std::nan("")}}}) == 0);
  CHECK(code_of({}) == 78);
  CHECK(code_of({one, {"b", {}, {}}}) == 78);
  CHECK(code_of(std::vector<HistogramColumn>(25, one)) == 78);
  CHECK(code_of({one}, {0, 0}) == 78);
}
