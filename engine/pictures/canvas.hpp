// Antialiased strokes, text and boxes on a picture.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/pictures/font.hpp"
#include "engine/pictures/picture.hpp"

namespace vgan {

/// Pixels x in [left, right), y in [top, bottom).
struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

struct Pen {
  RgbColour colour;
  double width = 1;    ///< pixels
  double opacity = 1;  ///< 0 to 1
};

enum class Align { left, centre, right };

/// Coordinates are in pixels from the top left corner, y down; pixel (i, j) has its centre at
/// (i + 0.5, j + 0.5).
class Canvas {
 public:
  Canvas(int width, int height, RgbColour background);

  void fill(const Box& box, RgbColour colour);

  /// Copies `image`, its top left corner at (left, top); what lies outside is cut off.
  void paste(const RgbImage& image, int left, int top);

  /// Draws lines with round ends and joints, inside `clip` only. Lines of one call that cross do
  /// not darken each other. A line of one point is a dot as wide as the pen.
  void draw(const std::vector<Polyline>& lines, const Pen& pen, const Box& clip);

  /// Fills what lies between two lines, inside `clip` only, with the pen's colour and opacity: each
  /// column of pixels whose centre lies between their ends, which have one x, the first included.
  /// Points go from left to right, two or more in each line, those of `upper` being the higher
  /// ones.
  void fill_between(const Polyline& upper, const Polyline& lower, const Pen& pen, const Box& clip);

  /// Draws `text` with its baseline at `at.y` and its `align` end at `at.x`. `scale` 1 is a
  /// capital of 9 pixels.
  void text(std::string_view text, Point at, double scale, RgbColour colour,
            Align align = Align::left);

  Box area() const { return {0, 0, image_.width, image_.height}; }
  const RgbImage& image() const { return image_; }

 private:
  void cover(const Point& a, const Point& b, double width, const Box& clip);
  void blend(const Pen& pen);
  void mix(int x, int y, const Pen& pen, double share);

  RgbImage image_;
  std::vector<float> coverage_;  // of the strokes being drawn; zero between calls
  Box touched_;                  // where coverage_ may not be zero
};

}  // namespace vgan
