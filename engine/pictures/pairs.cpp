#include "engine/pictures/pairs.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/plot_axes.hpp"

namespace vgan {
namespace {

constexpr RgbColour white{255, 255, 255};

// Pixels.
constexpr int side = 560;
constexpr int margin = 20;
constexpr int least_label_room = 44;
constexpr int tick_spacing = 80;
constexpr double dot_width = 2.4;
constexpr double dot_opacity = 0.4;
constexpr std::size_t dot_layers = 12;  // so many overlapping dots can be told from one

constexpr double least_share = 0.1;  // of a shared axis, that each number has to take

std::vector<double> numbers(std::span<const double> values, std::size_t first) {
  std::vector<double> found;
  for (std::size_t i = first; i < values.size(); i += 2) found.push_back(values[i]);
  return found;
}

}  // namespace

PairAxes pair_axes(std::span<const double> values, const Range& shared) {
  const PairAxes own{robust_range(numbers(values, 0)), robust_range(numbers(values, 1))};
  const double least = least_share * shared.span();
  return std::min(own.x.span(), own.y.span()) < least ? own : PairAxes{shared, shared};
}

RgbImage draw_pairs(std::span<const double> values, const Range& x_range, const Range& y_range) {
  if (values.empty() || values.size() % 2 != 0) {
    throw Error(ErrorCode::bad_config,
                {"cannot draw trials as points", "", std::to_string(values.size()) + " values",
                 "pairs of two", ""});
  }
  PlotAxis x{widened(x_range, 0.04), 0, side};
  const PlotAxis y{widened(y_range, 0.04), margin + side, margin};
  const std::vector<Tick> y_ticks = vertical_ticks(y, tick_spacing);
  const int left = label_room(y_ticks, least_label_room);
  x.from = left;
  x.to = left + side;
  const Box box{left, margin, left + side, margin + side};
  Canvas canvas(box.right + margin, box.bottom + least_label_room, white);
  const std::vector<Tick> x_ticks = horizontal_ticks(x, box.left, box.right);
  draw_vertical_lines(canvas, box, x, x_ticks);
  draw_horizontal_lines(canvas, box, y, y_ticks);
  draw_plot_frame(canvas, box);
  draw_labels_below(canvas, box, x, x_ticks);
  draw_labels_left(canvas, box, y, y_ticks);
  const std::size_t pairs = values.size() / 2;
  std::size_t outside = 0;
  for (std::size_t layer = 0; layer < dot_layers; ++layer) {
    std::vector<Polyline> dots;
    for (std::size_t i = layer; i < pairs; i += dot_layers) {
      const double px = values[2 * i];
      const double py = values[2 * i + 1];
      if (x.range.holds(px) && y.range.holds(py)) {
        dots.push_back({{x.at(px), y.at(py)}});
      } else {
        ++outside;
      }
    }
    canvas.draw(dots, {curve_blue, dot_width, dot_opacity}, box);
  }
  if (outside > 0) {
    canvas.text(std::to_string(outside) + " of " + std::to_string(pairs) + " lie outside",
                {static_cast<double>(box.right), margin - 6.0}, 1, plot_grey, Align::right);
  }
  return canvas.image();
}

RgbImage draw_pairs(std::span<const double> values, const Range& axis) {
  return draw_pairs(values, axis, axis);
}

}  // namespace vgan
