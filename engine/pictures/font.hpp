// Letters as pen strokes, so that text of any size is drawn by the same code as curves.
#pragma once

#include <string_view>
#include <vector>

namespace vgan {

struct Point {
  double x = 0;
  double y = 0;
};

using Polyline = std::vector<Point>;

/// The height of a capital letter and of a small x, in the units that text_strokes scales.
inline constexpr double font_cap_height = 9;
inline constexpr double font_x_height = 6;

/// The strokes of `text` with its baseline's left end at `origin`, `scale` pixels a unit, y down.
/// ASCII 32 to 126; each other character (UTF-8) is drawn as '?'.
std::vector<Polyline> text_strokes(std::string_view text, Point origin, double scale);

/// The width of `text` in pixels, without the space after its last letter.
double text_width(std::string_view text, double scale);

}  // namespace vgan
