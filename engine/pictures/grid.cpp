#include "engine/pictures/grid.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/base/error.hpp"

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

// The sheet's bytes, `bytes` a pixel; `colour(value, out)` writes a pixel of an image, of which
// `channels` values start at `value`.
template <int bytes, class Colour>
std::vector<std::uint8_t> paint(const Sheet& sheet, const std::uint8_t* images, std::int64_t count,
                                int height, int width, int channels, int scale, int gap,
                                const Colour& colour) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(sheet.width * sheet.height * bytes),
                                   255);
  for (std::int64_t n = 0; n < count; ++n) {
    const std::int64_t left = sheet.margin + n % sheet.columns * (sheet.tile_width + gap);
    const std::int64_t top = sheet.margin + n / sheet.columns * (sheet.tile_height + gap);
    for (std::int64_t y = 0; y < sheet.tile_height; ++y) {
      const std::uint8_t* from = images + (n * height + y / scale) * width * channels;
      std::uint8_t* to = pixels.data() + ((top + y) * sheet.width + left) * bytes;
      for (int x = 0; x < width; ++x, from += channels) {
        for (int copy = 0; copy < scale; ++copy, to += bytes) colour(from, to);
      }
    }
  }
  return pixels;
}

}  // namespace

GrayImage make_grid(const std::uint8_t* images, std::int64_t count, int height, int width,
                    int columns, int scale, int gap) {
  const Sheet sheet = plan(count, height, width, columns, scale, gap);
  const auto grey = [](const std::uint8_t* value, std::uint8_t* out) { *out = *value; };
  return {static_cast<int>(sheet.width), static_cast<int>(sheet.height),
          paint<1>(sheet, images, count, height, width, 1, scale, gap, grey)};
}

RgbImage make_rgb_grid(const std::uint8_t* images, std::int64_t count, int height, int width,
                       int channels, int columns, int scale, int gap) {
  if (channels != 2 && channels != 3) fail(std::to_string(channels) + " channels", "2 or 3");
  const Sheet sheet = plan(count, height, width, columns, scale, gap);
  const auto colour = [blue = channels == 2 ? 0 : 2](const std::uint8_t* value, std::uint8_t* out) {
    out[0] = value[0];
    out[1] = value[1];
    out[2] = value[blue];
  };
  return {static_cast<int>(sheet.width), static_cast<int>(sheet.height),
          paint<3>(sheet, images, count, height, width, channels, scale, gap, colour)};
}

}  // namespace vgan
