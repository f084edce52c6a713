// The pen's path through the knots of one digit: a smooth curve, as a polyline.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/data/builtin/digit_ink.hpp"
#include "engine/data/builtin/digit_strokes.hpp"

namespace vgan::digits {

struct Point {
  float x = 0.0F;
  float y = 0.0F;
};

inline Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
inline Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
inline Point operator*(float s, Point a) { return {s * a.x, s * a.y}; }

/// The knots of one digit where one writer places them.
struct Skeleton {
  std::array<Point, max_knots> at{};
  std::array<Pen, max_knots> pen{};
  std::array<float, max_knots> pressure{};  ///< 1 gives the pen's own width
  std::size_t size = 0;

  bool starts_stroke(std::size_t i) const { return i == 0 || pen[i - 1] == Pen::lift; }
  bool ends_stroke(std::size_t i) const { return i + 1 == size || pen[i] == Pen::lift; }
};

/// A polyline of bounded length, so that drawing an image allocates nothing.
class Path {
 public:
  static constexpr std::size_t most_per_span = 12;

  void add(Point at, float radius, bool starts) { points_[size_++] = {at.x, at.y, radius, starts}; }
  std::span<InkPoint> points() { return {points_.data(), size_}; }

 private:
  std::array<InkPoint, max_knots*(most_per_span + 1)> points_;
  std::size_t size_ = 0;
};

/// The curve through the knots, in the knots' own units, with the pressure as its radius.
/// Centripetal Catmull-Rom splines (E. Catmull, R. Rom, 1974; C. Yuksel et al., "Parameterization
/// and applications of Catmull-Rom curves", CAD 43(7), 2011: neither loops nor cusps within a
/// span). `roundness` from 0 (corners stay sharp) to 1 (the curve runs through them).
Path trace(const Skeleton& skeleton, float roundness);

}  // namespace vgan::digits
