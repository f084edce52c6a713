// From a pen's path to the pixels of one image.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace vgan::digits {

inline constexpr int digit_side = 28;  ///< pixels; images are square

/// A point of the pen's path, in pixels: where, how wide, and whether a line leads to it.
struct InkPoint {
  float x;
  float y;
  float radius;
  bool starts_stroke;
};

/// Draws the lines between consecutive points with round ends onto black, with an edge that fades
/// over `softness` pixels and a saturated core, then moves the whole by whole pixels until its
/// centre of mass is in the middle. Ink outside the image is dropped.
/// `image` is digit_side * digit_side bytes, row-major.
void draw_ink(std::span<const InkPoint> path, float softness, std::span<std::uint8_t> image);

}  // namespace vgan::digits
