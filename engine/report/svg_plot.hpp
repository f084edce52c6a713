// A plot as SVG: a frame, axes with their numbers, and what is drawn between them.
#pragma once

#include <string>
#include <vector>

#include "engine/pictures/series.hpp"
#include "engine/report/html.hpp"

namespace vgan {

struct SvgPoint {
  double x = 0.0, y = 0.0;  ///< in the data's units
};

/// What stands around a plot.
struct SvgPlotStyle {
  double width = 460.0, height = 250.0;  ///< in the units of the picture, which scales
  std::string x_label, y_label;
  /// Names at whole numbers in place of numbers: of words.
  std::vector<std::string> x_names, y_names;
  bool x_whole = false;   ///< ticks of x are whole numbers
  bool y_axis = true;     ///< whether y has numbers at all
  double least_left = 0;  ///< room for the numbers of y at least, so that plots agree
};

/// Draws into `html`, between its constructor and `finish`. What lies outside the ranges is cut
/// off at the frame.
class SvgPlot {
 public:
  /// `label` says to those who cannot see it what the picture is, `about` what it shows.
  SvgPlot(Html& html, const std::string& label, const std::string& about, const Range& x,
          const Range& y, const SvgPlotStyle& style);

  double x(double value) const;  ///< in the picture's units
  double y(double value) const;
  double left() const { return left_; }
  double right() const { return right_; }
  double top() const { return top_; }
  double bottom() const { return bottom_; }

  /// Points that are not finite break a line.
  void line(const std::vector<SvgPoint>& points, const std::string& style_class);
  /// Fills what lies between two lines of as many points, from left to right.
  void band(const std::vector<SvgPoint>& low, const std::vector<SvgPoint>& high,
            const std::string& style_class);
  void box(double from_x, double to_x, double from_y, double to_y, const std::string& style_class,
           const std::string& read_out = "");
  /// Dots of radius `radius` in the picture's units, as one path.
  void dots(const std::vector<SvgPoint>& points, double radius, const std::string& style_class);
  void vertical(double at, const std::string& style_class, const std::string& read_out = "");
  /// To be called once, last.
  void finish();

 private:
  void draw_axes();
  void draw_x_axis(const SvgPlotStyle& style);
  void draw_y_axis(const SvgPlotStyle& style);

  Html& html_;
  Range x_range_, y_range_;
  SvgPlotStyle style_;
  double left_ = 0.0, right_ = 0.0, top_ = 0.0, bottom_ = 0.0;
};

/// A number of the picture, with a tenth of a unit.
std::string svg_number(double value);
/// The ticks of an axis, or the names that stand on it at whole numbers.
std::vector<Tick> axis_ticks(const Range& range, const std::vector<std::string>& names, int wanted,
                             double least_step);
/// A name as it has room on an axis: at most `most` characters.
std::string axis_name(const std::string& name, std::size_t most);

/// What colours stand for, above plots.
struct LegendEntry {
  std::string style_class, name;
};
void write_legend(Html& html, const std::vector<LegendEntry>& entries);

}  // namespace vgan
