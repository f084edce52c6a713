#include "engine/pictures/grid.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/error.hpp"

namespace vgan {
namespace {

constexpr std::int64_t longest_side = 1'000'000;  // libpng's own limit
constexpr std::int64_t most_pixels = std::int64_t{1} << 28;

struct Sheet {
  std::int64_t columns = 0, rows = 0;
  std::int64_t tile_width = 0, tile_height = 0;  // pixels, scaled
  std::int64_t margin = 0;
  std::int64_t width = 0, height = 0;
};

[[noreturn]] void fail(const std::string& found, const std::string& allowed) {
  throw Error(ErrorCode::bad_config, {"cannot draw a grid of images", "", found, allowed, ""});
}

Sheet plan(std::int64_t count, int height, int width, int columns, int scale, int gap) {
  if (count < 1 || height < 1 || width < 1) {
    fail(std::to_string(count) + " images of " + std::to_string(height) + " x " +
             std::to_string(width),
         "at least 1 of 1 x 1");
  }
  if (scale < 1 || gap < 0) {
    fail("scale " + std::to_string(scale) + ", gap " + std::to_string(gap),
         "a scale of at least 1, a gap of at least 0");
  }
  Sheet sheet;
  sheet.columns = columns > 0
                      ? columns
                      : static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  sheet.columns = std::min(sheet.columns, count);
  sheet.rows = (count - 1) / sheet.columns + 1;
  sheet.tile_width = std::int64_t{width} * scale;
  sheet.tile_height = std::int64_t{height} * scale;
  sheet.margin = std::int64_t{3} * gap;
  // In double first: the products of any arguments fit there.
  const auto side = [&](std::int64_t tiles, std::int64_t tile) {
    return static_cast<double>(tiles) * static_cast<double>(tile + gap) - gap +
           2.0 * static_cast<double>(sheet.margin);
  };
  const double wide = side(sheet.columns, sheet.tile_width);
  const double high = side(sheet.rows, sheet.tile_height);
  if (std::max(wide, high) > longest_side || wide * high > most_pixels) {
    fail(std::to_string(count) + " images of " + std::to_string(height) + " x " +
             std::to_string(width) + " at scale " + std::to_string(scale),
         "a sheet of at most 2^28 pixels and 10^6 on a side");
  }
  sheet.width = static_cast<std::int64_t>(wide);
  sheet.height = static_cast<std::int64_t>(high);
  return sheet;
}

}  // namespace

GrayImage make_grid(const std::uint8_t* images, std::int64_t count, int height, int width,
                    int columns, int scale, int gap) {
  const Sheet sheet = plan(count, height, width, columns, scale, gap);
  GrayImage grid{static_cast<int>(sheet.width), static_cast<int>(sheet.height), {}};
  grid.pixels.assign(static_cast<std::size_t>(sheet.width * sheet.height), 255);
  for (std::int64_t n = 0; n < count; ++n) {
    const std::int64_t left = sheet.margin + n % sheet.columns * (sheet.tile_width + gap);
    const std::int64_t top = sheet.margin + n / sheet.columns * (sheet.tile_height + gap);
    const std::uint8_t* image = images + n * height * width;
    for (std::int64_t y = 0; y < sheet.tile_height; ++y) {
      const std::uint8_t* from = image + y / scale * width;
      std::uint8_t* to = grid.pixels.data() + (top + y) * sheet.width + left;
      for (std::int64_t x = 0; x < width; ++x) std::fill_n(to + x * scale, scale, from[x]);
    }
  }
  return grid;
}

}  // namespace vgan
