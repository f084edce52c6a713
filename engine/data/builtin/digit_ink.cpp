#include "engine/data/builtin/digit_ink.hpp"

#include <algorithm>
#include <cmath>

namespace vgan::digits {
namespace {

// Room around the image, so that the shift to the centre of mass cannot lose ink.
constexpr int margin = 6;
constexpr int side = digit_side + 2 * margin;

/// For each pixel of the roomier canvas, how far inside the ink its centre lies, in pixels.
class Canvas {
 public:
  Canvas() { depth_.fill(-1e9F); }

  void line(const InkPoint& a, const InkPoint& b, float reach);
  float depth(int row, int column) const { return depth_[index(row, column)]; }

 private:
  static std::size_t index(int row, int column) {
    return static_cast<std::size_t>(row * side + column);
  }

  std::array<float, static_cast<std::size_t>(side) * side> depth_;
};

int clamp_pixel(float position) {
  return static_cast<int>(std::clamp(position, 0.0F, side - 1.0F));
}

// Visits only the pixels within `reach` of the line's ink.
void Canvas::line(const InkPoint& a, const InkPoint& b, float reach) {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length2 = dx * dx + dy * dy;
  const float inverse = length2 > 1e-12F ? 1.0F / length2 : 0.0F;
  const float widest = std::max(a.radius, b.radius) + reach;
  const int left = clamp_pixel(std::min(a.x, b.x) - widest + margin);
  const int right = clamp_pixel(std::max(a.x, b.x) + widest + margin);
  const int top = clamp_pixel(std::min(a.y, b.y) - widest + margin);
  const int bottom = clamp_pixel(std::max(a.y, b.y) + widest + margin);
  for (int row = top; row <= bottom; ++row) {
    const float py = static_cast<float>(row - margin) + 0.5F - a.y;
    for (int column = left; column <= right; ++column) {
      const float px = static_cast<float>(column - margin) + 0.5F - a.x;
      const float t = std::clamp((px * dx + py * dy) * inverse, 0.0F, 1.0F);
      const float ex = px - t * dx;
      const float ey = py - t * dy;
      const float inside = a.radius + t * (b.radius - a.radius) - std::sqrt(ex * ex + ey * ey);
      float& depth = depth_[index(row, column)];
      depth = std::max(depth, inside);
    }
  }
}

/// Grey levels of the canvas and their first moments; integers, so their order cannot matter.
struct Levels {
  std::array<std::uint8_t, static_cast<std::size_t>(side) * side> pixels;
  std::int64_t mass = 0;
  std::int64_t row_moment = 0;
  std::int64_t column_moment = 0;
};

void shade(const Canvas& canvas, float softness, Levels& levels) {
  const float slope = 1.0F / softness;
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      const float level = std::clamp(canvas.depth(row, column) * slope + 0.5F, 0.0F, 1.0F);
      const int grey = static_cast<int>(level * 255.0F + 0.5F);
      levels.pixels[static_cast<std::size_t>(row * side + column)] =
          static_cast<std::uint8_t>(grey);
      levels.mass += grey;
      levels.row_moment += static_cast<std::int64_t>(grey) * row;
      levels.column_moment += static_cast<std::int64_t>(grey) * column;
    }
  }
}

// The first canvas row or column of the image, given the moment along it: the pixel nearest to
// the centre of mass becomes pixel digit_side / 2.
int window_start(std::int64_t moment, std::int64_t mass) {
  const std::int64_t centre = mass > 0 ? (2 * moment + mass) / (2 * mass) : side / 2;
  return std::clamp(static_cast<int>(centre) - digit_side / 2, 0, side - digit_side);
}

}  // namespace

void draw_ink(std::span<const InkPoint> path, float softness, std::span<std::uint8_t> image) {
  Canvas canvas;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool dot = path[i].starts_stroke;
    canvas.line(dot ? path[i] : path[i - 1], path[i], 0.5F * softness);
  }
  Levels levels;
  shade(canvas, softness, levels);
  const int top = window_start(levels.row_moment, levels.mass);
  const int left = window_start(levels.column_moment, levels.mass);
  for (int row = 0; row < digit_side; ++row) {
    const auto from = levels.pixels.begin() + (row + top) * side + left;
    std::copy(from, from + digit_side, image.begin() + row * digit_side);
  }
}

}  // namespace vgan::digits
