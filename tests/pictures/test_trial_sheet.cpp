// Trials on a sheet: curves as plots, pairs as points, images as they are.
#include "engine/pictures/trial_sheet.hpp"

#include <cmath>
#include <functional>

#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/grid.hpp"
#include "engine/pictures/pairs.hpp"
#include "engine/pictures/plot_axes.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour frame_grey{205, 205, 205};

// The pixels of plot `n`, inside its frame, in a sheet of the default style and this many columns.
// Numbers of up to three digits take 44 pixels to the left of the plots, words above them 26.
Box plot(int n, int columns = 10, bool words = false) {
  const int left = 44 + n % columns * 158;
  const int top = 16 + (words ? 26 : 0) + n / columns * 108;
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
  const std::vector<double> values = {0, 0, 0, 1, 1, 1, 2, 2, 2};
  const RgbImage sheet = draw_curve_sheet(values, 3, 1);
  REQUIRE(sheet.width == 44 + 3 * 150 + 2 * 8 + 16);
  REQUIRE(sheet.height == 16 + 100 + 24 + 18);
  for (int n = 0; n < 3; ++n) {
    const Box box = plot(n);
    CHECK(is_colour(sheet, box.left - 1, box.top + 20, frame_grey));
    CHECK(is_colour(sheet, box.right, box.bottom - 20, frame_grey));
    const double expected = box.bottom - (n + 0.12) / 2.24 * 98;
    for (const int x : {box.left + 6, box.left + 74, box.right - 7}) {
      CHECK(std::abs(row_of(sheet, curve_blue, x, box) + 0.5 - expected) <= 1.0);
      CHECK_FALSE(is_colour(sheet, x, static_cast<int>(expected), white));
    }
    CHECK(count_colour(sheet, white, {box.left, box.top, box.right, box.bottom}) > 85 * 148);
  }
}

TEST_CASE("curves: rows are filled in order, by as many columns as asked", "[pictures]") {
  std::vector<double> values;
  for (int n = 0; n < 7; ++n) values.insert(values.end(), {0.0F, n == 6 ? 1.0F : 0.0F});
  CurveSheetStyle style;
  style.columns = 3;
  const RgbImage sheet = draw_curve_sheet(values, 2, 1, style);
  CHECK(sheet.width == 44 + 3 * 150 + 2 * 8 + 16);
  CHECK(sheet.height == 16 + 3 * 100 + 2 * 8 + 24 + 18);
  const auto rises = [&](int n) {
    const Box box = plot(n, 3);
    const Box ink = extent(sheet, curve_blue, box);
    return ink.bottom - ink.top > 60;
  };
  CHECK_FALSE(rises(0));
  CHECK_FALSE(rises(5));
  CHECK(rises(6));
  // Where no eighth and ninth plot are, there are the numbers below the plots above them alone.
  CHECK(count_colour(sheet, white, {194, 16 + 208 + 24, sheet.width, 16 + 3 * 108}) ==
        (sheet.width - 194) * (108 - 16));
  for (int n = 4; n < 7; ++n) {
    const Box box = plot(n, 3);
    CHECK(count_colour(sheet, plot_ink, {box.left, box.bottom + 5, box.right, box.bottom + 24}) >
          3);
  }
  const Box upper = plot(0, 3);
  CHECK(count_colour(sheet, plot_ink, {upper.left, upper.bottom, upper.right, upper.bottom + 9}) ==
        0);
}

TEST_CASE("curves: numbers stand at their heights and points", "[pictures]") {
  // From 0 to 100 on the axis -6 to 106, points 0 to 99.
  std::vector<double> values(3 * 100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 100 < 50 ? 0.0F : 100.0F;
  CurveSheetStyle style;
  style.columns = 1;
  const RgbImage sheet = draw_curve_sheet(values, 100, 1, style);
  for (int n = 0; n < 3; ++n) {
    const Box box = plot(n, 1);
    // Marks of the ticks 0, 50 and 100, each to the left of its line and in its row.
    std::vector<int> marks;
    for (int y = box.top - 8; y < box.bottom + 8; ++y) {
      if (is_colour(sheet, box.left - 3, y, plot_grey)) marks.push_back(y);
    }
    REQUIRE(marks.size() == 3);
    for (int k = 0; k < 3; ++k) {
      const double expected = box.bottom - (50.0 * (2 - k) + 6) / 112 * 98;
      CHECK(std::abs(marks[static_cast<std::size_t>(k)] + 0.5 - expected) <= 1.0);
    }
    CHECK(count_colour(sheet, plot_ink, {0, box.top, box.left - 8, box.bottom}) > 20);
  }
  const Box lowest = plot(2, 1);
  std::vector<int> marks;
  for (int x = lowest.left - 4; x < lowest.right + 4; ++x) {
    if (is_colour(sheet, x, lowest.bottom + 2, plot_grey)) marks.push_back(x);
  }
  REQUIRE(marks.size() == 2);
  // Points 0 to 99 lie from 3 pixels inside the frame to 3 pixels inside the frame.
  CHECK(std::abs(marks[0] - (lowest.left + 3)) <= 1);
  CHECK(std::abs(marks[1] - (lowest.left + 3 + 142.0 * 50 / 99)) <= 1);
}

TEST_CASE("axes: labels of any range lie apart, inside, and in order", "[pictures]") {
  for (const Range& range :
       {Range{0, 1}, Range{-3e6, 4e6}, Range{1.7e9, 1.7005e9}, Range{-1e-6, 0}, Range{0, 186},
        Range{4.9967, 5.0033}, Range{-1234567, -1234560}, Range{0, 1e90}, Range{0.25, 0.75}}) {
    for (const int pixels : {100, 144, 244, 560}) {
      const PlotAxis axis{range, 50.0, 50.0 + pixels};
      const std::vector<Tick> found = horizontal_ticks(axis, 48, 52 + pixels);
      REQUIRE(found.size() >= 1);
      if (pixels >= 244) CHECK(found.size() >= 2);
      double free_from = 48;
      double last = -1;
      for (const Tick& tick : found) {
        CHECK(range.holds(tick.value));
        CHECK(axis.at(tick.value) > last);
        last = axis.at(tick.value);
        const double begin = label_left(axis, tick, 48, 52 + pixels);
        CHECK(begin >= free_from);
        CHECK(begin + text_width(tick.label, 1) <= 52 + pixels);
        CHECK((begin <= last && begin + text_width(tick.label, 1) >= last));
        free_from = begin + text_width(tick.label, 1) + 10;
      }
      const std::vector<Tick> upright = vertical_ticks({range, 200.0, 200.0 - pixels}, 28);
      CHECK(upright.size() >= 2);
      for (std::size_t i = 0; i + 1 < upright.size(); ++i) {
        CHECK(upright[i].label != upright[i + 1].label);
        CHECK((upright[i + 1].value - upright[i].value) / range.span() * pixels > 15);
      }
    }
  }
}

TEST_CASE("curves: a given axis cuts off what lies outside, and says so", "[pictures]") {
  const std::vector<double> values = {0, 0, 1e6F, 0, 0, -1e6F, -1e6F, -1e6F, -1e6F, -1e6F};
  CurveSheetStyle style;
  style.axis = Range{-1, 1};
  const RgbImage sheet = draw_curve_sheet(values, 5, 1, style);
  const Box first = plot(0, 10, true);
  CHECK(extent(sheet, curve_blue, first).top == first.top);
  CHECK(count_colour(sheet, curve_blue, plot(1, 10, true)) == 0);
  CHECK(count_colour(sheet, white, {0, 0, sheet.width, 16}) == sheet.width * 16);
  CHECK(count_colour(sheet, white, {194, 32, 202, first.bottom}) == 8 * (first.bottom - 32));
  // "6 values lie outside the axis"
  CHECK(count_colour(sheet, plot_grey, {44, 16, sheet.width, 32}) > 50);

  // One value far away leaves the others as they are; peaks that a fiftieth of the values make do
  // not.
  std::vector<double> wave(5000);
  for (std::size_t i = 0; i < wave.size(); ++i) wave[i] = std::sin(0.1F * static_cast<float>(i));
  wave[2500] = 1e6F;
  CHECK(curve_range(wave, 1).high < 1.01);
  for (std::size_t i = 0; i < wave.size(); i += 50) wave[i] = 15;
  wave[2500] = 15;
  CHECK(curve_range(wave, 1).high == 15);
}

TEST_CASE("curves: channels share a plot in colours of their own", "[pictures]") {
  std::vector<double> values;
  for (int i = 0; i < 50; ++i) values.insert(values.end(), {0.0F, 1.0F, 2.0F});
  const RgbImage sheet = draw_curve_sheet(values, 50, 3);
  const Box box = plot(0, 10, true);
  const Box legend{0, 16, sheet.width, 40};
  int last = 0;
  // On the axis -0.12 to 2.12.
  for (const auto& [colour, value] :
       {std::pair{curve_blue, 0}, {curve_vermilion, 1}, {curve_green, 2}}) {
    const double expected = box.bottom - (value + 0.12) / 2.24 * 98;
    CHECK(std::abs(row_of(sheet, colour, box.left + 70, box) + 0.5 - expected) <= 1.0);
    const Box sample = extent(sheet, colour, legend);
    CHECK(sample.width() >= 18);
    CHECK(sample.left > last);  // in the channels' order
    last = sample.right;
    CHECK(count_colour(sheet, plot_ink, {sample.right + 2, 16, sample.right + 16, 40}) > 5);
  }
  // A single curve is not named.
  CHECK(draw_curve_sheet(values, 150, 1).height == sheet.height - 26);
}

TEST_CASE("curves: of many channels six are drawn, and the rest is said", "[pictures]") {
  // Channel 7 reaches far out, and is not drawn: the axis is that of the others, 0 to 5.
  std::vector<double> values;
  for (int i = 0; i < 50; ++i) values.insert(values.end(), {0, 1, 2, 3, 4, 5, 6, 1e6F});
  const RgbImage sheet = draw_curve_sheet(values, 50, 8);
  const Box box = plot(0, 10, true);
  const RgbColour colours[] = {curve_blue,   curve_vermilion, curve_green,
                               curve_purple, curve_orange,    plot_ink};
  for (int channel = 0; channel < 6; ++channel) {
    const double expected = box.bottom - (channel + 0.3) / 5.6 * 98;
    CHECK(std::abs(row_of(sheet, colours[channel], box.left + 70, box) + 0.5 - expected) <= 1.0);
  }
  CHECK(count_colour(sheet, plot_grey, {400, 16, sheet.width, 40}) > 50);
}

TEST_CASE("curves: any length and any values are drawn", "[pictures]") {
  for (const std::int64_t length : {2, 3, 149, 150, 151, 100000}) {
    std::vector<double> values(static_cast<std::size_t>(2 * length));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = std::sin(0.1F * static_cast<float>(i));
    const RgbImage sheet = draw_curve_sheet(values, length, 1);
    const Box ink = extent(sheet, curve_blue, plot(1));
    CHECK(ink.left <= plot(1).left + 6);
    CHECK(ink.right >= plot(1).right - 6);
  }
  const float nan = std::nanf("");
  CHECK_NOTHROW(draw_curve_sheet(std::vector<double>(20, nan), 10, 1));
  CHECK_NOTHROW(draw_curve_sheet(std::vector<double>{3e38F, -3e38F, nan, 1}, 2, 1));
  CHECK_NOTHROW(draw_curve_sheet(std::vector<double>(20, 7.0F), 10, 1));
}

TEST_CASE("curves: impossible sheets are refused", "[pictures]") {
  const std::vector<double> values(12);
  const auto code = [&](std::int64_t length, int channels, CurveSheetStyle style = {}) {
    return code_of([&] { draw_curve_sheet(values, length, channels, style); });
  };
  CHECK(code(12, 1) == 0);
  CHECK(code(1, 1) == 78);
  CHECK(code(0, 1) == 78);
  CHECK(code(-3, 1) == 78);
  CHECK(code(5, 1) == 78);
  CHECK(code(13, 1) == 78);
  CHECK(code(3, 4) == 0);
  CHECK(code(3, 3) == 78);
  CHECK(code(3, 0) == 78);
  CHECK(code(std::int64_t{1} << 62, 1 << 30) == 78);
  CHECK(code(3, 1, {0, 150, 90, {}}) == 78);
  CHECK(code(3, 1, {1, 15, 90, {}}) == 78);
  CHECK(code(3, 1, {1, 150, 2001, {}}) == 78);
  CHECK(code_of([] { draw_curve_sheet({}, 3, 1); }) == 78);
  CHECK(code_of([] { draw_curve_sheet(std::vector<double>(2 * (most_curves + 1)), 2, 1); }) == 78);
}

TEST_CASE("pairs: points lie where they belong", "[pictures]") {
  std::vector<double> values;
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
  CHECK_NOTHROW(draw_pairs(std::vector<double>{1e30F, std::nanf("")}, {-2, 2}));
  CHECK(code_of([] { draw_pairs({}, {-2, 2}); }) == 78);
  CHECK(code_of([] { draw_pairs(std::vector<double>(3), {-2, 2}); }) == 78);
}

TEST_CASE("pairs: numbers of two scales have an axis each", "[pictures]") {
  std::vector<double> values;
  for (int i = -100; i <= 100; ++i) {
    values.insert(values.end(), {1e-5F * static_cast<float>(i), 1e4F * static_cast<float>(i)});
  }
  const PairAxes own = pair_axes(values, {-1e6, 1e6});
  CHECK(std::abs(own.x.high - 1e-3) < 1e-6);
  CHECK(std::abs(own.y.high - 1e6) < 1);
  const PairAxes shared = pair_axes(std::vector<double>{-1, -2, 1, 2}, {-3, 3});
  CHECK((shared.x.low == -3 && shared.y.high == 3));
  const RgbImage plot = draw_pairs(values, own.x, own.y);
  // The pairs lie on the diagonal of the frame, whose left end the widest number decides.
  const Box frame{plot.width - 20 - 560, 20, plot.width - 20, 580};
  CHECK(frame.left > 44);
  CHECK(count_colour(plot, plot_frame, {frame.left, frame.top, frame.left + 1, frame.bottom}) >
        500);
  for (const int step : {100, 280, 460}) {
    const Box around{frame.left + step - 4, frame.bottom - step - 4, frame.left + step + 4,
                     frame.bottom - step + 4};
    CHECK(count_colour(plot, white, around) < 64 - 8);
  }
  CHECK(count_colour(plot, white, {0, 0, 7, plot.height}) == 7 * plot.height);  // nothing cut off
  // What lies outside is counted above the plot.
  const Box above{0, 0, plot.width, 19};
  CHECK(count_colour(plot, white, above) == above.width() * above.height());
  const RgbImage cut = draw_pairs(values, own.x, {-1e5, 1e5});
  CHECK(count_colour(cut, plot_grey, {0, 0, cut.width, 19}) > 50);
}

TEST_CASE("trials are drawn as what they are", "[pictures]") {
  const std::vector<double> values = {0.0F, 0.25F, 0.5F, 1.0F, 2.0F, -1.0F,
                                      0.7F, 0.3F,  0.1F, 0.2F, 0.3F, 0.4F};
  const auto draw = [&](TrialShape shape, TrialSheet sheet = {2, 2, 1}) {
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
  // Two points of three channels are a curve; a row of four numbers is no image and no curve.
  style.axis = {};
  CHECK(rgb(draw({1, 2, 3, TrialKind::curve})).pixels ==
        draw_curve_sheet(values, 2, 3, style).pixels);
  const TrialShape row{1, 4, 1, TrialKind::row};
  TrialSheet sheet{2, 2, 1};
  sheet.real = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {1, 2, 4}};
  const auto columns = columns_of(std::span<const double>(values), 4);
  REQUIRE(columns.size() == 4);
  CHECK(columns[1] == std::vector<double>{0.25F, -1.0F, 0.2F});
  CHECK(rgb(draw(row, sheet)).pixels == rgb(draw_columns(columns, 4, sheet)).pixels);
  CHECK(code_of([&] { draw({1, 5, 1, TrialKind::row}); }) == 78);

  const std::span<const std::uint8_t> raw(bytes);
  CHECK(std::get<GrayImage>(draw_trials(raw, {2, 3, 1}, {2, 2, 1})).pixels ==
        make_grid(bytes.data(), 2, 2, 3, 2, 1).pixels);
  const std::vector<double> numbers(bytes.begin(), bytes.end());
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
  CHECK(sheet_for({1, 2, 1, TrialKind::row})->count() == 2000);
  CHECK(sheet_for({1, 9, 1, TrialKind::row})->count() == 2000);
}

TEST_CASE("tiny images are enlarged to a readable size", "[pictures]") {
  // Until the longer side has 56 pixels.
  CHECK(sheet_for({8, 8, 1})->scale == 7);
  CHECK(sheet_for({5, 5, 1})->scale == 12);
  CHECK(sheet_for({2, 3, 1})->scale == 19);
  CHECK(sheet_for({1, 1, 1})->scale == 56);
  CHECK(sheet_for({3, 20, 1})->scale == 3);
  CHECK(sheet_for({27, 9, 1})->scale == 3);
  for (int side = 1; side < 28; ++side) {
    const TrialShape shape{side, side, 1};
    CHECK(sheet_for(shape)->scale * side >= 56);
    CHECK(sheet_for(shape)->scale * side * 10 <= 1200);
  }
  // As long as the sheet stays within 1,200 pixels: 100 images of 8 in a row do at 1, and 2 is
  // usual.
  CHECK(readable_scale({8, 8, 1}, 20, 20) == 7);
  CHECK(readable_scale({8, 8, 1}, 50, 2) == 3);
  CHECK(readable_scale({8, 8, 1}, 100, 100) == 2);
  CHECK(readable_scale({28, 28, 1}, 100, 100) == 2);
  CHECK(readable_scale({301, 1, 1}, 1, 1) == 1);

  // Every pixel becomes a square, and wide pixels have a wider gap between images.
  const std::vector<std::uint8_t> bytes = {0, 50, 100, 150, 200, 250, 250, 200, 150, 100, 50, 0};
  const GrayImage sheet =
      std::get<GrayImage>(draw_trials(std::span<const std::uint8_t>(bytes), {2, 3, 1}, {2, 1}));
  CHECK(sheet.width == 2 * 3 * 19 + 6 + 2 * 18);
  CHECK(sheet.height == 2 * 19 + 2 * 18);
  CHECK(sheet.pixels == make_grid(bytes.data(), 2, 2, 3, 2, 19, 6).pixels);
}
