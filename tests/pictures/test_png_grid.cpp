// Pictures as files, and the geometry of a sheet of images.
#include <png.h>

#include <cstring>
#include <numeric>

#include "engine/base/error.hpp"
#include "engine/pictures/grid.hpp"
#include "engine/pictures/png.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using vgan::testing::outcome_of;
using vgan::testing::TempDir;

namespace {

struct Decoded {
  int width = 0;
  int height = 0;
  bool colour = false;
  std::vector<std::uint8_t> pixels;
};

// libpng's own reader, in the file's own format: no conversion.
Decoded decode(const std::filesystem::path& path) {
  png_image control;
  std::memset(&control, 0, sizeof(control));
  control.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&control, path.c_str()) != 0);
  Decoded decoded{static_cast<int>(control.width),
                  static_cast<int>(control.height),
                  (control.format & PNG_FORMAT_FLAG_COLOR) != 0,
                  {}};
  control.format = decoded.colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  decoded.pixels.resize(PNG_IMAGE_SIZE(control));
  REQUIRE(png_image_finish_read(&control, nullptr, decoded.pixels.data(), 0, nullptr) != 0);
  return decoded;
}

std::vector<std::uint8_t> varied_bytes(std::size_t n) {
  std::vector<std::uint8_t> bytes(n);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

}  // namespace

TEST_CASE("PNG: the pixels come back", "[pictures]") {
  const TempDir folder;
  const auto path = folder.path() / "a.png";
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {257, 31}, {1, 1000}}) {
    const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const GrayImage gray{width, height, varied_bytes(count)};
    write_png(path, gray);
    Decoded decoded = decode(path);
    CHECK((decoded.width == width && decoded.height == height && !decoded.colour));
    CHECK(decoded.pixels == gray.pixels);
    const RgbImage rgb{width, height, varied_bytes(3 * count)};
    write_png(path, rgb);
    decoded = decode(path);
    CHECK((decoded.width == width && decoded.height == height && decoded.colour));
    CHECK(decoded.pixels == rgb.pixels);
  }
  CHECK(vgan::testing::count_files(folder.path()) == 1);
  const GrayImage pair{2, 1, {7, 9}};
  CHECK(encode_png(pair) == encode_png(pair));
}

TEST_CASE("PNG: what cannot be written is said", "[pictures]") {
  const TempDir folder;
  const auto path = folder.path() / "a.png";
  const auto code = [&](const GrayImage& image) {
    return outcome_of([&] { write_png(path, image); }).code;
  };
  CHECK(code({0, 0, {}}) == 70);
  CHECK(code({-1, 1, {}}) == 70);
  CHECK(code({2, 2, {1, 2, 3}}) == 70);
  CHECK(code({2, 2, {1, 2, 3, 4, 5}}) == 70);
  CHECK_FALSE(std::filesystem::exists(path));
  const GrayImage one{1, 1, {0}};
  CHECK(outcome_of([&] { write_png(folder.path() / "absent" / "a.png", one); }).code == 74);
}

TEST_CASE("grid: every pixel is where it belongs", "[pictures]") {
  struct Case {
    std::int64_t count;
    int height, width, columns, scale, gap;
    int sheet_columns, sheet_rows;
  };
  for (const Case& c :
       {Case{1, 1, 1, 1, 1, 0, 1, 1}, Case{7, 3, 2, 3, 2, 2, 3, 3}, Case{6, 2, 5, 3, 1, 1, 3, 2},
        Case{10, 4, 4, 0, 3, 2, 4, 3}, Case{2, 2, 2, 10, 2, 2, 2, 1}}) {
    const auto images =
        varied_bytes(static_cast<std::size_t>(c.count) * static_cast<std::size_t>(c.height) *
                     static_cast<std::size_t>(c.width));
    const GrayImage sheet =
        make_grid(images.data(), c.count, c.height, c.width, c.columns, c.scale, c.gap);
    const auto side = [&](int tiles, int pixels) {
      return tiles * pixels * c.scale + (tiles - 1) * c.gap + 6 * c.gap;
    };
    REQUIRE(sheet.width == side(c.sheet_columns, c.width));
    REQUIRE(sheet.height == side(c.sheet_rows, c.height));
    std::vector<std::uint8_t> expected(sheet.pixels.size(), 255);
    for (int n = 0; n < c.count; ++n) {
      const int left = 3 * c.gap + n % c.sheet_columns * (c.width * c.scale + c.gap);
      const int top = 3 * c.gap + n / c.sheet_columns * (c.height * c.scale + c.gap);
      for (int y = 0; y < c.height * c.scale; ++y) {
        for (int x = 0; x < c.width * c.scale; ++x) {
          expected[static_cast<std::size_t>((top + y) * sheet.width + left + x)] =
              images[static_cast<std::size_t>((n * c.height + y / c.scale) * c.width +
                                              x / c.scale)];
        }
      }
    }
    CHECK(sheet.pixels == expected);
  }
}

TEST_CASE("grid: colours are where they belong", "[pictures]") {
  for (const int channels : {2, 3}) {
    constexpr int count = 5, height = 3, width = 2, columns = 2, scale = 2, gap = 1;
    const auto images = varied_bytes(static_cast<std::size_t>(count * height * width * channels));
    const RgbImage sheet =
        make_rgb_grid(images.data(), count, height, width, channels, columns, scale, gap);
    REQUIRE(sheet.width == 2 * width * scale + gap + 6 * gap);
    REQUIRE(sheet.height == 3 * height * scale + 2 * gap + 6 * gap);
    std::vector<std::uint8_t> expected(sheet.pixels.size(), 255);
    for (int n = 0; n < count; ++n) {
      for (int y = 0; y < height * scale; ++y) {
        for (int x = 0; x < width * scale; ++x) {
          const int row = 3 * gap + n / columns * (height * scale + gap) + y;
          const int column = 3 * gap + n % columns * (width * scale + gap) + x;
          const int value = ((n * height + y / scale) * width + x / scale) * channels;
          std::uint8_t* pixel =
              &expected[static_cast<std::size_t>(3 * (row * sheet.width + column))];
          const auto at = [&](int c) { return images[static_cast<std::size_t>(value + c)]; };
          pixel[0] = at(0);
          pixel[1] = at(1);
          pixel[2] = channels == 3 ? at(2) : at(0);  // magenta and green
        }
      }
    }
    CHECK(sheet.pixels == expected);
  }
  const TempDir folder;
  const std::uint8_t red_and_blue[] = {255, 0, 0, 0, 0, 255};
  const RgbImage two = make_rgb_grid(red_and_blue, 1, 1, 2, 3, 0, 1, 0);
  write_png(folder.path() / "a.png", Picture(two));
  const Decoded decoded = decode(folder.path() / "a.png");
  CHECK(decoded.colour);
  CHECK(decoded.pixels == std::vector<std::uint8_t>(red_and_blue, red_and_blue + 6));
  write_png(folder.path() / "b.png", Picture(make_grid(red_and_blue, 1, 1, 2, 0, 1, 0)));
  CHECK_FALSE(decode(folder.path() / "b.png").colour);
}

TEST_CASE("grid: impossible sheets are refused before any memory is taken", "[pictures]") {
  const std::uint8_t pixel = 0;
  const auto code = [&](std::int64_t count, int height, int width, int columns, int scale,
                        int gap) {
    return outcome_of([&] { make_grid(&pixel, count, height, width, columns, scale, gap); }).code;
  };
  constexpr int huge = 2147483647;
  CHECK(code(0, 1, 1, 1, 1, 1) == 78);
  CHECK(code(1, 0, 1, 1, 1, 1) == 78);
  CHECK(code(1, 1, -1, 1, 1, 1) == 78);
  CHECK(code(1, 1, 1, 1, 0, 1) == 78);
  CHECK(code(1, 1, 1, 1, 1, -1) == 78);
  CHECK(code(1, 1, 1, 1, huge, 1) == 78);
  CHECK(code(1, 1, 1, 1, 1, huge) == 78);
  CHECK(code(1, huge, huge, 1, huge, huge) == 78);
  CHECK(code(std::int64_t{1} << 62, 1, 1, 1, 1, 1) == 78);
  CHECK(code(1'000'000'000, 28, 28, 0, 2, 2) == 78);
  CHECK(code(1, 1, 2'000'000, 1, 1, 0) == 78);  // few pixels, but too wide
  for (const int channels : {-1, 0, 1, 4}) {
    CHECK(outcome_of([&] { make_rgb_grid(&pixel, 1, 1, 1, channels, 1); }).code == 78);
  }
  CHECK(outcome_of([&] { make_rgb_grid(&pixel, 1, huge, huge, 3, 1, huge); }).code == 78);
}
