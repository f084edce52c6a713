// What small plots share: frames, places on an axis, ticks whose labels do not overlap.
#pragma once

#include <vector>

#include "engine/pictures/canvas.hpp"
#include "engine/pictures/series.hpp"

namespace vgan {

inline constexpr RgbColour plot_ink{34, 34, 34};
inline constexpr RgbColour plot_grey{100, 100, 100};
inline constexpr RgbColour plot_frame{205, 205, 205};
inline constexpr RgbColour plot_grid{238, 238, 238};

/// A frame of one pixel, inside the box.
void draw_plot_frame(Canvas& canvas, const Box& box);

/// What lies on one axis: `range.low` at pixel `from`, `range.high` at pixel `to`, which is smaller
/// on a vertical axis.
struct PlotAxis {
  Range range;
  double from = 0;
  double to = 1;

  /// In pixels. A value far outside keeps its direction; its distance need not be exact.
  double at(double value) const;
  double length() const;  ///< in pixels
};

/// Ticks on a horizontal axis between pixels `left` and `right`, as many as have room for their
/// labels (see label_left); at least one where the range holds one. `least_step` as for ticks().
std::vector<Tick> horizontal_ticks(const PlotAxis& axis, int left, int right,
                                   double least_step = 0);

/// Ticks on a vertical axis whose labels, `spacing` pixels apart or more, stay within its ends.
std::vector<Tick> vertical_ticks(const PlotAxis& axis, int spacing);

/// Where a label begins that is centred on its tick, but moved to lie between `left` and `right`.
double label_left(const PlotAxis& axis, const Tick& tick, int left, int right);

/// Whether the labels of ticks, between `left` and `right`, have room beside each other.
bool labels_apart(const PlotAxis& axis, const std::vector<Tick>& ticks, int left, int right);

/// Lines across `box`, from top to bottom or from left to right, one at each tick.
void draw_vertical_lines(Canvas& canvas, const Box& box, const PlotAxis& axis,
                         const std::vector<Tick>& ticks);
void draw_horizontal_lines(Canvas& canvas, const Box& box, const PlotAxis& axis,
                           const std::vector<Tick>& ticks);

/// Tick marks and labels below `box`, or to the left of it: 24 pixels high, or label_room wide.
void draw_labels_below(Canvas& canvas, const Box& box, const PlotAxis& axis,
                       const std::vector<Tick>& ticks);
void draw_labels_left(Canvas& canvas, const Box& box, const PlotAxis& axis,
                      const std::vector<Tick>& ticks);

inline constexpr int labels_height = 24;

/// The pixels that these labels take to the left of a plot; at least `least`.
int label_room(const std::vector<Tick>& ticks, int least);

}  // namespace vgan
