// Drawn curves and text: ink where it should be, and no picture breaks the drawing.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/pictures/canvas.hpp"
#include "engine/pictures/curves.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
constexpr RgbColour red{255, 0, 0};
constexpr RgbColour blue{0, 0, 255};
constexpr RgbColour black{0, 0, 0};
constexpr RgbColour white{255, 255, 255};

// The only frame of a picture of one panel with the default style.
constexpr Box frame{76, 82, 972, 640};

Curve curve(std::vector<double> x, std::vector<double> y, RgbColour colour, bool smooth = false) {
  return {"c", std::move(x), std::move(y), colour, smooth};
}

RgbImage draw(const std::vector<Curve>& curves, std::optional<Range> y_range = std::nullopt) {
  return draw_curves("title", {Panel{"panel", curves, y_range}});
}

}  // namespace

TEST_CASE("canvas: a line covers its pixels and softens its sides", "[pictures]") {
  Canvas canvas(20, 11, white);
  canvas.draw({{{3.5, 5.5}, {16.5, 5.5}}}, {black, 1, 1}, canvas.area());
  CHECK(is_colour(canvas.image(), 10, 5, black));
  CHECK(is_colour(canvas.image(), 10, 4, white));
  CHECK(is_colour(canvas.image(), 10, 6, white));
  CHECK(is_colour(canvas.image(), 2, 5, white));
  Canvas soft(20, 11, white);
  soft.draw({{{3.5, 5}, {16.5, 5}}}, {black, 1, 1}, soft.area());
  const auto above = soft.image().pixels[3 * (4 * 20 + 10)];
  const auto below = soft.image().pixels[3 * (5 * 20 + 10)];
  CHECK(above == below);
  CHECK(std::abs(above - 128) <= 1);
}

TEST_CASE("canvas: strokes of one call do not darken each other", "[pictures]") {
  Canvas canvas(20, 20, white);
  canvas.draw({{{2.5, 10.5}, {17.5, 10.5}}, {{10.5, 2.5}, {10.5, 17.5}}}, {black, 1, 0.5},
              canvas.area());
  const auto& pixels = canvas.image().pixels;
  CHECK(pixels[3 * (10 * 20 + 10)] == pixels[3 * (10 * 20 + 5)]);
}

TEST_CASE("canvas: nothing is drawn outside the clip, however far a line goes", "[pictures]") {
  Canvas canvas(30, 30, white);
  const Box clip{10, 10, 20, 20};
  canvas.draw({{{-1e9, -1e9}, {1e9, 1e9}}, {{15, -1e9}, {15, 1e9}}, {{-5, -5}}, {{1e15, 15}}},
              {black, 3, 1}, clip);
  CHECK(count_colour(canvas.image(), white, canvas.area()) >= 800);
  CHECK(is_colour(canvas.image(), 15, 15, black));
  canvas.draw({{{0, 0}, {30, 30}}}, {red, 3, 1}, {20, 20, 10, 10});
  canvas.fill({-5, -5, 3, 3}, red);
  CHECK(count_colour(canvas.image(), red, canvas.area()) == 9);
}

TEST_CASE("text: every character has its own shape, its width and its place", "[pictures]") {
  std::vector<std::vector<std::uint8_t>> seen;
  for (char c = ' '; c <= '~'; ++c) {
    Canvas canvas(40, 40, white);
    canvas.text(std::string(1, c), {10, 25}, 2, black);
    const auto& pixels = canvas.image().pixels;
    CHECK(std::find(seen.begin(), seen.end(), pixels) == seen.end());
    seen.push_back(pixels);
    CHECK(text_width(std::string(1, c), 2) <= 2 * 9);
  }
  CHECK(text_width("", 1) == 0);
  CHECK(text_width("ab", 1) > text_width("a", 1));
  CHECK(text_width("\xc3\xa9", 1) == text_width("?", 1));
  CHECK(text_width("\n", 1) == text_width("?", 1));
  CHECK(text_strokes("\xc3\xa9", {}, 1).size() == text_strokes("?", {}, 1).size());

  Canvas canvas(200, 60, white);
  canvas.text("H", {100, 30}, 2, black, Align::right);
  const Box h = extent(canvas.image(), black, canvas.area());
  CHECK(h.right <= 102);
  CHECK(h.right >= 99);
  CHECK(h.bottom - h.top >= 17);  // a capital of 9 units at scale 2
  CHECK(h.bottom - h.top <= 21);
}

TEST_CASE("curves: points lie where the axes say", "[pictures]") {
  const RgbImage image = draw({curve({0, 10}, {0, 1}, red)}, Range{0, 1});
  CHECK(image.width == 1000);
  CHECK(image.height == 700);
  const Box line = extent(image, red, frame);
  CHECK(line.left <= frame.left + 2);
  CHECK(line.right >= frame.right - 2);
  // 4 % of room above and below the range, of 108 % in all.
  const int room = static_cast<int>(frame.height() * 0.04 / 1.08);
  CHECK(std::abs(line.top - (frame.top + room)) <= 2);
  CHECK(std::abs(line.bottom - (frame.bottom - room)) <= 2);
  CHECK(count_colour(image, red, {frame.left, frame.top, frame.left + 100, frame.top + 400}) == 0);
  const int middle_x = (frame.left + frame.right) / 2;
  const int middle_y = (frame.top + frame.bottom) / 2;
  CHECK(count_colour(image, red, {middle_x - 2, middle_y - 2, middle_x + 2, middle_y + 2}) > 0);
}

TEST_CASE("curves: one point is a dot in the middle", "[pictures]") {
  const RgbImage image = draw({curve({5}, {0.5}, red, true)});
  const Box dot = extent(image, red, frame);
  CHECK(std::abs((dot.left + dot.right) / 2 - (frame.left + frame.right) / 2) <= 1);
  CHECK(std::abs((dot.top + dot.bottom) / 2 - (frame.top + frame.bottom) / 2) <= 1);
  CHECK(dot.width() >= 4);
  CHECK(dot.width() <= 7);
}

TEST_CASE("curves: a constant is a level line in the middle", "[pictures]") {
  for (const double value : {0.0, 0.693, -1e20}) {
    const RgbImage image = draw({curve({1, 2, 3}, {value, value, value}, red)});
    const Box line = extent(image, red, frame);
    CHECK(line.width() >= frame.width() - 4);
    CHECK(line.height() <= 3);
    CHECK(std::abs((line.top + line.bottom) / 2 - (frame.top + frame.bottom) / 2) <= 1);
  }
}

TEST_CASE("curves: a gap stays empty", "[pictures]") {
  std::vector<double> x(1000);
  std::vector<double> y(1000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<double>(i);
    y[i] = i >= 400 && i < 600 ? gap : std::sin(0.05 * static_cast<double>(i));
  }
  for (const bool smooth : {false, true}) {
    const RgbImage image = draw({curve(x, y, red, smooth)});
    const auto ink = [&](double from, double to) {
      const auto at = [](double share) { return frame.left + static_cast<int>(share * 896); };
      return count_colour(image, red, {at(from), frame.top + 30, at(to), frame.bottom});
    };
    CHECK(ink(0.0, 0.39) > 100);
    CHECK(ink(0.41, 0.59) == 0);
    CHECK(ink(0.61, 1.0) > 100);
  }
}

TEST_CASE("curves: of many noisy points the spread is faint and the mean bold", "[pictures]") {
  std::vector<double> x(60000);
  std::vector<double> y(60000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<double>(i);
    y[i] = i % 2 == 0 ? 0.25 : 0.75;
  }
  const RgbImage image = draw({curve(x, y, red, true)}, Range{0, 1});
  const Box bold = extent(image, red, frame);
  const int middle = (frame.top + frame.bottom) / 2;
  CHECK(bold.top >= middle - 4);
  CHECK(bold.bottom <= middle + 4);
  CHECK(bold.width() >= frame.width() - 4);
  // A quarter of the way up there is a faint red, and above the spread there is none.
  const auto green_at = [&](int yy) {
    return static_cast<int>(image.pixels[3 * static_cast<std::size_t>(yy * image.width + 301) + 1]);
  };
  CHECK(green_at(middle + 90) < 220);
  CHECK(green_at(middle + 90) > 120);
  CHECK(green_at(frame.top + 60) >= 226);
}

TEST_CASE("curves: far outliers and hostile values do not spoil the picture", "[pictures]") {
  std::vector<double> x(2000);
  std::vector<double> y(2000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<double>(i);
    y[i] = std::sin(0.01 * static_cast<double>(i));
  }
  y[1000] = 1e99;
  y[1500] = -std::numeric_limits<double>::infinity();
  const Box line = extent(draw({curve(x, y, red)}), red, frame);
  CHECK(line.height() > frame.height() / 2);
  const double big = 9.9e99;
  const double tiny = 1e-300;
  for (const auto& [xs, ys] : std::vector<std::pair<std::vector<double>, std::vector<double>>>{
           {{}, {}},
           {{gap}, {1}},
           {{1}, {gap}},
           {{1, 1}, {1, 2}},
           {{2, 1, 3}, {1, 2, 3}},
           {{-big, big}, {-big, big}},
           {{0, tiny}, {0, tiny}},
           {{1e15, 1e15 + 1}, {1, 2}},
           {{1, 2, 3}, {gap, 1, gap}}}) {
    for (const bool smooth : {false, true}) {
      CHECK(draw({curve(xs, ys, red, smooth)}).pixels.size() == 3 * 1000 * 700);
      CHECK(draw({curve(xs, ys, red, smooth)}, Range{0, 1}).pixels.size() == 3 * 1000 * 700);
    }
  }
  CHECK(draw({}).pixels.size() == 3 * 1000 * 700);
}

TEST_CASE("curves: legend, panels and what is refused", "[pictures]") {
  const Curve a{"first", {0, 1}, {0, 0}, red, false};
  const Curve b{"second", {0, 1}, {1, 1}, blue, false};
  const Panel panel{"p", {a, b}, Range{0, 1}};
  const RgbImage image = draw_curves("two", {panel, panel});
  // Each panel has both legend samples above its frame, the first to the left of the second.
  for (const Box& heading : {Box{76, 50, 972, 81}, Box{76, 350, 972, 385}}) {
    const Box first = extent(image, red, heading);
    const Box second = extent(image, blue, heading);
    CHECK(first.width() >= 20);
    CHECK(second.width() >= 20);
    CHECK(first.right < second.left);
  }
  CHECK(outcome_of([] { draw_curves("", {}); }).code == 70);
  CHECK(outcome_of([&] { draw({curve({1, 2}, {1}, red)}); }).code == 70);
  CHECK(outcome_of([&] { draw_curves("", {panel}, {100, 700, ""}); }).code == 70);
  CHECK(outcome_of([&] { draw_curves("", std::vector<Panel>(20, panel)); }).code == 70);
  CHECK(draw_curves("", {panel}, {300, 300, ""}).width == 300);
}

TEST_CASE("curves: a run's picture has the losses above and the accuracies below", "[pictures]") {
  TrainingHistory history;
  for (int i = 1; i <= 20; ++i) {
    history.d_loss.add(i, 0.5);
    history.g_loss.add(i, 1.5);
    history.accuracy_real.add(i, 0.9);
    history.accuracy_fake.add(i, 0.2);
  }
  const RgbImage image = draw_training("run", history);
  const Box upper{76, 82, 972, 330};
  const Box lower{76, 382, 972, 640};
  CHECK(extent(image, curve_vermilion, upper).bottom < extent(image, curve_blue, upper).top);
  CHECK(extent(image, curve_green, lower).bottom < extent(image, curve_purple, lower).top);
  CHECK(count_colour(image, curve_blue, lower) == 0);
  CHECK(count_colour(image, curve_green, upper) == 0);
  CHECK(draw_training("run", history).pixels == image.pixels);
  CHECK(draw_training("empty", {}).height == 700);
}

TEST_CASE("curves: a run's picture shows what its model has", "[pictures]") {
  TrainingHistory gan, vae, ae;
  for (int i = 1; i <= 20; ++i) {
    gan.d_loss.add(i, 0.5);
    gan.g_loss.add(i, 1.5);
    gan.gradient_penalty.add(i, 0.1 * i);
    gan.accuracy_real.add(i, 0.9);
    gan.accuracy_fake.add(i, 0.2);
    for (TrainingHistory* history : {&vae, &ae}) {
      history->reconstruction.add(i, 200.0 - i);
      history->squared_error.add(i, 1.0 / i);
    }
    vae.kl.add(i, i);
  }
  const Box upper{76, 82, 972, 330};
  const Box lower{76, 382, 972, 640};
  const RgbImage of_vae = draw_training("run", vae);
  CHECK(count_colour(of_vae, curve_blue, upper) > 100);
  CHECK(count_colour(of_vae, curve_vermilion, lower) > 100);
  CHECK(count_colour(of_vae, curve_green, lower) == 0);
  const RgbImage of_ae = draw_training("run", ae);
  CHECK(count_colour(of_ae, curve_blue, upper) > 100);
  CHECK(count_colour(of_ae, curve_green, lower) > 100);

  // Three panels: the penalty between losses and accuracies.
  const RgbImage of_gan = draw_training("run", gan);
  const Box all{76, 60, 972, 640};
  CHECK(extent(of_gan, curve_vermilion, all).bottom < 250);
  CHECK(extent(of_gan, curve_green, all).top > 430);
  CHECK(count_colour(of_gan, curve_blue, {76, 280, 972, 440}) > 100);
}
