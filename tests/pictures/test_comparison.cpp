// Pictures side by side with words around them.
#include "engine/pictures/comparison.hpp"

#include "tests/checkpoint/files.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour red{255, 0, 0};
constexpr RgbColour blue{0, 0, 255};
constexpr RgbColour black{0, 0, 0};

RgbImage filled(int width, int height, RgbColour colour) {
  Canvas canvas(width, height, colour);
  return canvas.image();
}

RgbImage draw(const std::string& heading, const std::vector<ComparisonPanel>& panels) {
  return std::get<RgbImage>(draw_comparison(heading, panels));
}

Box whole(const RgbImage& image) { return {0, 0, image.width, image.height}; }

// How many pixels are not white in the box.
int ink(const RgbImage& image, const Box& box) {
  return box.width() * box.height() - count_colour(image, white, box);
}

}  // namespace

TEST_CASE("comparison: pictures stand side by side, titles above and lines below", "[pictures]") {
  const GrayImage dark{80, 60, std::vector<std::uint8_t>(80 * 60, 0)};
  const RgbImage sheet = draw("All", {{"one", {"a line", "another"}, filled(100, 50, red)},
                                      {"two", {}, filled(60, 90, blue)},
                                      {"three", {"x"}, dark}});
  const Box a = extent(sheet, red, whole(sheet));
  const Box b = extent(sheet, blue, whole(sheet));
  const Box c = extent(sheet, black, whole(sheet));
  CHECK((a.width() == 100 && a.height() == 50));
  CHECK((b.width() == 60 && b.height() == 90));
  CHECK((c.width() == 80 && c.height() == 60));
  CHECK((a.top == b.top && b.top == c.top));
  CHECK((a.right < b.left && b.right < c.left));
  CHECK((a.left >= 20 && sheet.width - c.right >= 20));
  CHECK(count_colour(sheet, red, a) == 100 * 50);
  CHECK(count_colour(sheet, black, c) == 80 * 60);
  CHECK(ink(sheet, {a.left, a.top - 28, a.right, a.top}) > 20);            // "one"
  CHECK(ink(sheet, {a.left, a.bottom + 5, a.right, a.bottom + 28}) > 20);  // "a line"
  CHECK(ink(sheet, {a.left, a.bottom + 28, a.right, sheet.height}) > 20);  // "another"
  CHECK(ink(sheet, {b.left, b.bottom, b.right, sheet.height}) == 0);
  CHECK(ink(sheet, {a.right, a.top, b.left, a.bottom}) == 0);
  CHECK(ink(sheet, {0, 0, sheet.width, a.top - 30}) > sheet.width / 2);  // heading and rule

  const RgbImage plain = draw("", {{"one", {}, filled(100, 50, red)}});
  const Box d = extent(plain, red, whole(plain));
  CHECK(d.top == a.top - 46);
  CHECK(plain.height == d.bottom + 28);
}

TEST_CASE("comparison: rows are wrapped and evenly filled", "[pictures]") {
  std::vector<ComparisonPanel> panels(5, {"p", {"line"}, filled(590, 100, blue)});
  panels[3].picture = filled(590, 100, red);
  const RgbImage sheet = draw("h", panels);
  CHECK(sheet.width <= 2000);
  const Box blues = extent(sheet, blue, whole(sheet));
  const Box fourth = extent(sheet, red, whole(sheet));
  CHECK(fourth.left == blues.left);  // three in the first row, two in the second
  CHECK(fourth.top > blues.top + 100);
  CHECK(count_colour(sheet, blue, whole(sheet)) == 4 * 590 * 100);
  CHECK(ink(sheet, {fourth.left, fourth.bottom + 5, fourth.right, sheet.height}) > 20);

  panels.resize(4);
  const RgbImage four = draw("h", panels);
  const Box last = extent(four, red, whole(four));
  CHECK(last.left > 600);  // two and two
  CHECK(four.width == sheet.width - 590 - 32);
}

TEST_CASE("comparison: wide words make room, wide pictures are shrunk", "[pictures]") {
  const std::string words(60, 'w');
  const RgbImage sheet =
      draw("", {{"a", {words}, filled(20, 20, red)}, {"b", {}, filled(20, 20, blue)}});
  const Box a = extent(sheet, red, whole(sheet));
  const Box b = extent(sheet, blue, whole(sheet));
  CHECK(b.left - a.left >= text_width(words, 1) + 20);
  const RgbImage titled = draw(std::string(100, 'H'), {{"a", {}, filled(20, 20, red)}});
  CHECK(titled.width > text_width(std::string(100, 'H'), 1.6) + 40);
  CHECK(ink(titled, {titled.width - 25, 0, titled.width, titled.height}) == 0);

  const RgbImage wide = draw("", {{"a", {}, filled(1600, 800, red)}});
  const Box shown = extent(wide, red, whole(wide));
  CHECK((shown.width() == 640 && shown.height() == 320));
}

TEST_CASE("shrinking keeps the mean of what a pixel covers", "[pictures]") {
  RgbImage image{3, 2, {}};
  for (const int value : {0, 60, 120, 30, 90, 150}) {
    for (int c = 0; c < 3; ++c) image.pixels.push_back(static_cast<std::uint8_t>(value + c));
  }
  CHECK(shrunk(image, 3).pixels == image.pixels);
  const RgbImage half = shrunk(image, 2);  // 1.5 x 2 pixels in each
  REQUIRE((half.width == 2 && half.height == 1));
  CHECK(half.pixels == std::vector<std::uint8_t>{35, 36, 37, 115, 116, 117});
  const RgbImage one = shrunk(image, 1);
  CHECK(one.pixels == std::vector<std::uint8_t>{75, 76, 77});
  CHECK(outcome_of([&] { shrunk(image, 0); }).code == 78);
  CHECK(outcome_of([&] { shrunk(image, 4); }).code == 78);
}

TEST_CASE("comparison: what cannot be drawn is said", "[pictures]") {
  CHECK(outcome_of([] { draw_comparison("h", {}); }).code == 78);
  CHECK(outcome_of([] { draw_comparison("h", {{"a", {}, GrayImage{2, 2, {0}}}}); }).code == 78);
  CHECK(outcome_of([] { draw_comparison("h", {{"a", {}, RgbImage{}}}); }).code == 78);
  CHECK(outcome_of([] { draw_comparison("h", {{"", {}, filled(1, 1, red)}}); }).code == 0);
}
