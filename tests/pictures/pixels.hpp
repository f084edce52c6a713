// Where a picture has which colour.
#pragma once

#include <algorithm>

#include "engine/pictures/canvas.hpp"

namespace vgan::testing {

inline bool is_colour(const RgbImage& image, int x, int y, RgbColour colour) {
  const std::uint8_t* pixel = &image.pixels[3 * static_cast<std::size_t>(y * image.width + x)];
  return pixel[0] == colour.red && pixel[1] == colour.green && pixel[2] == colour.blue;
}

// Pixels of exactly `colour` inside `box`.
inline int count_colour(const RgbImage& image, RgbColour colour, const Box& box) {
  int count = 0;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) count += is_colour(image, x, y, colour) ? 1 : 0;
  }
  return count;
}

// Where pixels of exactly `colour` lie inside `box`; an inside-out box where none do.
inline Box extent(const RgbImage& image, RgbColour colour, const Box& box) {
  Box found{image.width, image.height, 0, 0};
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      if (!is_colour(image, x, y, colour)) continue;
      found = {std::min(found.left, x), std::min(found.top, y), std::max(found.right, x + 1),
               std::max(found.bottom, y + 1)};
    }
  }
  return found;
}

}  // namespace vgan::testing
