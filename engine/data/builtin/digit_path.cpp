#include "engine/data/builtin/digit_path.hpp"

#include <algorithm>
#include <cmath>

namespace vgan::digits {
namespace {

float length(Point a) { return std::sqrt(a.x * a.x + a.y * a.y); }

// From one knot to another: the parameter's step, the square root of the chord, and the chord over
// that step.
struct Chord {
  float step;
  Point velocity;
};

Chord chord(const Skeleton& s, std::size_t from, std::size_t to) {
  const Point whole = s.at[to] - s.at[from];
  const float step = std::sqrt(std::max(length(whole), 1e-3F));
  return {step, (1.0F / step) * whole};
}

// The velocity at an inner knot of the parabola through it and both its neighbours.
Point through(const Skeleton& s, std::size_t i) {
  const Chord before = chord(s, i - 1, i);
  const Chord after = chord(s, i, i + 1);
  return (1.0F / (before.step + after.step)) *
         (after.step * before.velocity + before.step * after.velocity);
}

// The velocity at knot i on the span between it and `other`, its neighbour. At a corner it leans
// to the chord; at the end of a stroke it carries a part of the neighbour's turn on.
Point velocity(const Skeleton& s, std::size_t i, std::size_t other, float roundness) {
  const Point straight = chord(s, std::min(i, other), std::max(i, other)).velocity;
  if (s.starts_stroke(i) || s.ends_stroke(i)) {
    if (s.starts_stroke(other) || s.ends_stroke(other)) return straight;
    return 1.4F * straight - 0.4F * through(s, other);
  }
  if (s.pen[i] != Pen::corner) return through(s, i);
  return roundness * through(s, i) + (1.0F - roundness) * straight;
}

// Cubic Hermite from knot i to the next, in pieces about as long as a pixel of the image.
void add_span(const Skeleton& s, std::size_t i, float roundness, Path& path) {
  const Point a = s.at[i];
  const Point b = s.at[i + 1];
  const float step = chord(s, i, i + 1).step;
  const Point va = step * velocity(s, i, i + 1, roundness);
  const Point vb = step * velocity(s, i + 1, i, roundness);
  const int pieces = std::clamp(static_cast<int>(length(b - a) * 0.18F) + 1, 2,
                                static_cast<int>(Path::most_per_span));
  for (int k = 1; k <= pieces; ++k) {
    const float t = static_cast<float>(k) / static_cast<float>(pieces);
    const float u = 1.0F - t;
    const float blend = t * t * (3.0F - 2.0F * t);
    const Point at = (1.0F - blend) * a + (t * u * u) * va + blend * b - (t * t * u) * vb;
    path.add(at, s.pressure[i] + blend * (s.pressure[i + 1] - s.pressure[i]), false);
  }
}

}  // namespace

Path trace(const Skeleton& skeleton, float roundness) {
  Path path;
  for (std::size_t i = 0; i < skeleton.size; ++i) {
    if (skeleton.starts_stroke(i)) path.add(skeleton.at[i], skeleton.pressure[i], true);
    if (!skeleton.ends_stroke(i)) add_span(skeleton, i, roundness, path);
  }
  return path;
}

}  // namespace vgan::digits
