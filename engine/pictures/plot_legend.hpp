// The legend of a plot, and text and lines that plots share: cut to their room, broken.
#pragma once

#include <string>
#include <vector>

#include "engine/pictures/canvas.hpp"

namespace vgan {

/// `text`, or its beginning and "..." where it is wider than `width` pixels; whole characters of
/// UTF-8. Empty where not even that has room.
std::string fitted_text(const std::string& text, double width, double scale);

/// A line in dashes of `dash` pixels, with `gap` pixels between them.
std::vector<Polyline> dashed(const Polyline& line, double dash, double gap);

/// Names with what they are drawn by.
class PlotLegend {
 public:
  enum class Mark { line, box, dot, ring, strip };

  void add(Mark mark, RgbColour colour, double opacity, const std::string& name);
  /// How many lines it takes in `width` pixels, and how high these are.
  int lines(double width) const;
  int height(double width) const;
  /// Draws it from the left of `box` on, from its top, in lines as wide as it.
  void draw(Canvas& canvas, const Box& box) const;
  /// Draws it in one line that ends at `right` and stands at `base`.
  void draw_right(Canvas& canvas, int right, int base) const;

 private:
  struct Entry {
    Mark mark;
    RgbColour colour;
    double opacity;
    std::string name;

    double width() const;
  };

  void draw_entry(Canvas& canvas, const Entry& entry, double left, double base) const;

  std::vector<Entry> entries_;
};

}  // namespace vgan
