// Pictures in host memory, as they go to a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace vgan {

/// Row-major from the top left; one byte a pixel, 0 black, 255 white.
struct GrayImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

/// Row-major from the top left; three bytes a pixel: red, green, blue (sRGB).
struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};

/// Either, where what is drawn decides.
using Picture = std::variant<GrayImage, RgbImage>;

struct RgbColour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

}  // namespace vgan
