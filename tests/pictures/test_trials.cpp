// Trials on a sheet: curves as plots, pairs as points, images as they are.
#include "engine/pictures/trials.hpp"

#include <cmath>
#include <functional>

#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/grid.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour frame_grey{205, 205, 205};

// Of plot `n`, inside its frame, in a sheet of the default style and this many columns.
Box plot(int n, int columns = 10) {
  const int left = 16 + n % columns * 158;
  const int top = 16 + n / columns * 108;
  return {left + 1, top + 1, left + 149, top + 99};
}

// The row whose colour is the nearest to `colour` in a column of the box.
int row_of(const RgbImage& image, RgbColour colour, int x, const Box& box) {
  const auto distance = [&](int y) {
    const std::uint8_t* pixel = &image.pixels[3 * static_cast<std::size_t>(y * image.width + x)];
    return std::abs(pixel[0] - colour.red) + std::abs(pixel[1] - colour.green) +
           std::abs(pixel[2] - colour.blue);
  };
  int nearest = box.top;
  for (int y = box.top; y < box.bottom; ++y) {
    if (distance(y) < distance(nearest)) nearest = y;
  }
  return nearest;
}

const RgbImage& rgb(const Picture& picture) { return std::get<RgbImage>(picture); }

int code_of(const std::function<void()>& call) { return outcome_of(call).code; }

}  // namespace

TEST_CASE("curves: each has its plot, and all have one axis", "[pictures]") {
  // Flat curves at 0, 1 and 2: on the axis -0.12 to 2.12, that is, 6 % of 2 wider on both sides.
  const std::vector<float> values = {0, 0, 0, 1, 1, 1, 2, 2, 2};
  const RgbImage sheet = draw_curve_sheet(values, 3, 1);
  REQUIRE(sheet.width == 2 * 16 + 3 * 150 + 2 * 8);
  REQUIRE(sheet.height == 2 * 16 + 100);
  for (int n = 0; n < 3; ++n) {
    const Box box = plot(n);
    CHECK(is_colour(sheet, box.left - 1, box.top + 20, frame_grey));
    CHECK(is_colour(sheet, box.right, box.bottom - 20, frame_grey));
    const double expected = box.bottom - (n + 0.12) / 2.24 * 98;
    for (const int x : {box.left + 6, box.left + 74, box.right - 7}) {
      CHECK(std::abs(row_of(sheet, curve_blue, x, box) + 0.5 - expected) <= 1.0);
      CHECK_FALSE(is_colour(sheet, x, static_cast<int>(expected), white));
    }
    CHECK(count_colour(sheet, white, {box.left, box.top, box.right, box.bottom}) > 90 * 148);
  }
}

TEST_CASE("curves: rows are filled in order, by as many columns as asked", "[pictures]") {
  std::vector<float> values;
  for (int n = 0; n < 7; ++n) values.insert(values.end(), {0.0F, n == 6 ? 1.0F : 0.0F});
  CurveSheetStyle style;
  style.columns = 3;
  const RgbImage sheet = draw_curve_sheet(values, 2, 1, style);
  CHECK(sheet.width == 2 * 16 + 3 * 150 + 2 * 8);
  CHECK(sheet.height == 2 * 16 + 3 * 100 + 2 * 8);
  const auto rises = [&](int n) {
    const Box box = plot(n, 3);
    const Box ink = extent(sheet, curve_blue, box);
    return ink.bottom - ink.top > 60;
  };
  CHECK_FALSE(rises(0));
  CHECK_FALSE(rises(5));
  CHECK(rises(6));
  // Where no seventh and eighth plot are, there is nothing.
  CHECK(count_colour(sheet, white, {16 + 158, 16 + 2 * 108, sheet.width, sheet.height}) ==
        (sheet.width - 174) * (sheet.height - 232));
}

TEST_CASE("curves: a given axis cuts off what lies outside, within the plot", "[pictures]") {
  const std::vector<float> values = {0, 0, 1e6F, 0, 0, -1e6F, -1e6F, -1e6F, -1e6F, -1e6F};
  CurveSheetStyle style;
  style.axis = Range{-1, 1};
  const RgbImage sheet = draw_curve_sheet(values, 5, 1, style);
  const Box first = plot(0);
  CHECK(extent(sheet, curve_blue, first).top == first.top);
  CHECK(count_colour(sheet, curve_blue, plot(1)) == 0);
  CHECK(count_colour(sheet, white, {0, 0, sheet.width, 16}) == sheet.width * 16);
  CHECK(count_colour(sheet, white, {166, 0, 174, sheet.height}) == 8 * sheet.height);
}

TEST_CASE("curves: channels share a plot in colours of their own", "[pictures]") {
  std::vector<float> values;
  for (int i = 0; i < 50; ++i) values.insert(values.end(), {0.0F, 1.0F, 2.0F});
  const RgbImage sheet = draw_curve_sheet(values, 50, 3);
  const Box box = plot(0);
  // On the axis -0.12 to 2.12.
  for (const auto& [colour, value] :
       {std::pair{curve_blue, 0}, {curve_vermilion, 1}, {curve_green, 2}}) {
    const double expected = box.bottom - (value + 0.12) / 2.24 * 98;
    CHECK(std::abs(row_of(sheet, colour, box.left + 70, box) + 0.5 - expected) <= 1.0);
  }
}

TEST_CASE("curves: any length and any values are drawn", "[pictures]") {
  for (const std::int64_t length : {2, 3, 149, 150, 151, 100000}) {
    std::vector<float> values(static_cast<std::size_t>(2 * length));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = std::sin(0.1F * static_cast<float>(i));
    const RgbImage sheet = draw_curve_sheet(values, length, 1);
    const Box ink = extent(sheet, curve_blue, plot(1));
    CHECK(ink.left <= plot(1).left + 6);
    CHECK(ink.right >= plot(1).right - 6);
  }
  const float nan = std::nanf("");
  CHECK_NOTHROW(draw_curve_sheet(std::vector<float>(20, nan), 10, 1));
  CHECK_NOTHROW(draw_curve_sheet(std::vector<float>{3e38F, -3e38F, nan, 1}, 2, 1));
  CHECK_NOTHROW(draw_curve_sheet(std::vector<float>(20, 7.0F), 10, 1));
}

TEST_CASE("curves: impossible sheets are refused", "[pictures]") {
  const std::vector<float> values(12);
  const auto code = [&](std::int64_t length, int channels, CurveSheetStyle style = {}) {
    return code_of([&] { draw_curve_sheet(values, length, channels, style); });
  };
  CHECK(code(12, 1) == 0);
  CHECK(code(1, 1) == 78);
  CHECK(code(0, 1) == 78);
  CHECK(code(-3, 1) == 78);
  CHECK(code(5, 1) == 78);
  CHECK(code(13, 1) == 78);
  CHECK(code(3, 4) == 78);
  CHECK(code(3, 0) == 78);
  CHECK(code(3, 1, {0, 150, 90, {}}) == 78);
  CHECK(code(3, 1, {1, 15, 90, {}}) == 78);
  CHECK(code(3, 1, {1, 150, 2001, {}}) == 78);
  CHECK(code_of([] { draw_curve_sheet({}, 3, 1); }) == 78);
  CHECK(code_of([] { draw_curve_sheet(std::vector<float>(2 * (most_curves + 1)), 2, 1); }) == 78);
}

TEST_CASE("pairs: points lie where they belong", "[pictures]") {
  std::vector<float> values;
  for (int i = 0; i < 200; ++i) values.insert(values.end(), {1.0F, -1.0F});
  const RgbImage plot = draw_pairs(values, {-2, 2});
  REQUIRE(plot.width == 44 + 560 + 20);
  REQUIRE(plot.height == plot.width);
  // -2.16 to 2.16 span 560 pixels from x = 44 on and from y = 580 upwards.
  const int x = 44 + static_cast<int>((1 + 2.16) / 4.32 * 560);
  const int y = 580 - static_cast<int>((-1 + 2.16) / 4.32 * 560);
  const auto dark = [&](int px, int py) {
    return plot.pixels[3 * static_cast<std::size_t>(py * plot.width + px)] < 60;
  };
  CHECK(dark(x, y));
  int count = 0;
  for (int py = 25; py < 575; ++py) {
    for (int px = 50; px < 600; ++px) count += dark(px, py) ? 1 : 0;
  }
  CHECK((count >= 1 && count <= 12));
  CHECK_NOTHROW(draw_pairs(std::vector<float>{1e30F, std::nanf("")}, {-2, 2}));
  CHECK(code_of([] { draw_pairs({}, {-2, 2}); }) == 78);
  CHECK(code_of([] { draw_pairs(std::vector<float>(3), {-2, 2}); }) == 78);
}

TEST_CASE("trials are drawn as what they are", "[pictures]") {
  const std::vector<float> values = {0.0F, 0.25F, 0.5F, 1.0F, 2.0F, -1.0F,
                                     0.7F, 0.3F,  0.1F, 0.2F, 0.3F, 0.4F};
  const auto draw = [&](TrialShape shape, TrialSheet sheet = {2, 2, 1, {}}) {
    return draw_trials(values, shape, 0.0F, 1.0F, sheet);
  };
  const std::vector<std::uint8_t> bytes = {0, 64, 128, 255, 255, 0, 179, 77, 26, 51, 77, 102};
  CHECK(std::get<GrayImage>(draw({2, 3, 1})).pixels ==
        make_grid(bytes.data(), 2, 2, 3, 2, 1).pixels);
  CHECK(rgb(draw({2, 2, 3})).pixels == make_rgb_grid(bytes.data(), 1, 2, 2, 3, 2, 1).pixels);
  CHECK(rgb(draw({2, 3, 2})).pixels == make_rgb_grid(bytes.data(), 1, 2, 3, 2, 2, 1).pixels);
  CurveSheetStyle style;
  style.columns = 2;
  CHECK(rgb(draw({1, 4, 1})).pixels == draw_curve_sheet(values, 4, 1, style).pixels);
  CHECK(rgb(draw({4, 1, 1})).pixels == draw_curve_sheet(values, 4, 1, style).pixels);
  CHECK(rgb(draw({1, 4, 3})).pixels == draw_curve_sheet(values, 4, 3, style).pixels);
  style.axis = Range{-4, 4};
  CHECK(rgb(draw({1, 4, 1}, {2, 2, 1, style.axis})).pixels ==
        draw_curve_sheet(values, 4, 1, style).pixels);
  CHECK(rgb(draw({1, 2, 1}, {2, 2, 1, style.axis})).pixels ==
        draw_pairs(values, *style.axis).pixels);
  CHECK(std::holds_alternative<GrayImage>(draw({1, 1, 1})));
  CHECK(code_of([&] { draw({1, 5, 1}); }) == 78);
  CHECK(code_of([&] { draw({0, 5, 1}); }) == 78);
  CHECK(code_of([&] { draw({1, 1, 4}); }) == 78);

  const std::span<const std::uint8_t> raw(bytes);
  CHECK(std::get<GrayImage>(draw_trials(raw, {2, 3, 1}, {2, 2, 1, {}})).pixels ==
        make_grid(bytes.data(), 2, 2, 3, 2, 1).pixels);
  const std::vector<float> numbers(bytes.begin(), bytes.end());
  CHECK(rgb(draw_trials(raw, {1, 6, 1}, {})).pixels == draw_curve_sheet(numbers, 6, 1).pixels);
}

TEST_CASE("a sheet is as large as its trials allow", "[pictures]") {
  const auto counts = [](TrialShape shape) {
    const auto sheet = sheet_for(shape);
    return sheet ? std::pair{sheet->columns, sheet->rows} : std::pair<std::int64_t, std::int64_t>{};
  };
  using Pair = std::pair<std::int64_t, std::int64_t>;
  CHECK(counts({28, 28, 1}) == Pair{10, 10});
  CHECK(sheet_for({28, 28, 1})->scale == 2);
  CHECK(counts({64, 64, 3}) == Pair{10, 10});
  CHECK(counts({600, 300, 1}) == Pair{10, 5});
  CHECK(sheet_for({600, 300, 1})->scale == 1);
  CHECK(counts({20001, 2, 1}) == Pair{});
  CHECK(counts({1, 187, 1}) == Pair{10, 6});
  CHECK(counts({187, 1, 2}) == Pair{10, 6});
  CHECK(counts({1, 30000, 1}) == Pair{10, 6});
  CHECK(counts({1, 1 << 20, 1}) == Pair{});
  CHECK(sheet_for({1, 2, 1})->count() == 2000);
}
