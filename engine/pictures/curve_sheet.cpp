#include "engine/pictures/curve_sheet.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/pictures/plot_axes.hpp"

namespace vgan {
namespace {

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour zero_grey{205, 205, 205};
constexpr std::array<RgbColour, most_channels_drawn> line_colours{
    curve_blue, curve_vermilion, curve_green, curve_purple, curve_orange, plot_ink};

// Pixels.
constexpr int gap = 8;
constexpr int margin = 16;
constexpr int least_label_room = 44;
constexpr int heading_height = 26;  // a line of words above the plots, where there are any
constexpr int title_height = 18;    // below the numbers of the horizontal axes
constexpr int padding = 4;          // between a plot's frame and the ends of its curve
constexpr int tick_spacing = 28;
constexpr double line_width = 1.3;
constexpr int sample_length = 20;  // of a line in the legend
constexpr int legend_space = 18;

[[noreturn]] void fail(const std::string& found, const std::string& allowed) {
  throw Error(ErrorCode::bad_config, {"cannot draw trials as curves", "", found, allowed, ""});
}

void check(std::size_t values, std::int64_t length, std::int64_t channels,
           const CurveSheetStyle& style) {
  if (length < 2) fail(counted(length, "point"), "at least 2");
  if (channels < 1) fail(counted(channels, "channel"), "at least 1");
  const auto each = static_cast<double>(length) * static_cast<double>(channels);
  const double count = static_cast<double>(values) / each;
  if (count < 1 || count > most_curves ||
      values % static_cast<std::size_t>(length * channels) != 0) {
    fail(std::to_string(values) + " values", "1 to " + std::to_string(most_curves) + " curves of " +
                                                 std::to_string(length) + " x " +
                                                 std::to_string(channels));
  }
  for (const int side : {style.tile_width, style.tile_height}) {
    if (side < 16 || side > 2000) fail(std::to_string(side) + " pixels", "16 to 2000 for a plot");
  }
  if (style.columns < 1) fail(std::to_string(style.columns) + " columns", "at least 1");
}

/// The curves of a sheet.
struct Curves {
  std::span<const double> values;
  std::int64_t length;
  std::int64_t channels;

  std::int64_t drawn() const { return std::min(channels, most_channels_drawn); }
  int count() const { return static_cast<int>(values.size() / (length * channels)); }
  /// All that is drawn.
  std::vector<double> numbers() const {
    std::vector<double> kept;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (static_cast<std::int64_t>(i) % channels < drawn()) kept.push_back(values[i]);
    }
    return kept;
  }
};

std::string heading_note(const Curves& curves, const Range& axis) {
  std::string note;
  if (curves.drawn() < curves.channels) {
    note = std::to_string(curves.channels - curves.drawn()) + " more of " +
           std::to_string(curves.channels) + " channels are not drawn";
  }
  const std::vector<double> numbers = curves.numbers();
  const auto outside = std::count_if(numbers.begin(), numbers.end(), [&](double value) {
    return drawable(value) && !axis.holds(value);
  });
  if (outside > 0) {
    note += (note.empty() ? "" : "; ") + std::to_string(outside) +
            (outside == 1 ? " value lies" : " values lie") + " outside the axis";
  }
  return note;
}

// "channel" and, for each that is drawn, a piece of its line with its number; then `note`. Returns
// where the words end.
double draw_heading(Canvas& canvas, const Curves& curves, const std::string& note, double left) {
  const double base = margin + 11.0;
  const auto write = [&](const std::string& words, RgbColour colour, int space) {
    canvas.text(words, {left, base}, 1, colour);
    left += text_width(words, 1) + space;
  };
  if (curves.channels > 1) write("channel", plot_ink, 10);
  for (std::int64_t c = 0; c < curves.drawn() && curves.channels > 1; ++c) {
    canvas.draw({{{left, base - 4}, {left + sample_length, base - 4}}},
                {line_colours[static_cast<std::size_t>(c)], 3, 1}, canvas.area());
    left += sample_length + 6;
    write(std::to_string(c), plot_ink, legend_space);
  }
  write(note, plot_grey, 0);
  return left;
}

/// Where the plots lie, and their axes, which all plots share but for where they begin.
struct Layout {
  Range axis;
  int columns, rows;
  int left, top;  ///< of the first plot
  int tile_width, tile_height;

  Box plot(int n) const {
    const int x = left + n % columns * (tile_width + gap);
    const int y = top + n / columns * (tile_height + gap);
    return {x, y, x + tile_width, y + tile_height};
  }
  PlotAxis vertical(const Box& box) const { return {axis, box.bottom - 1.0, box.top + 1.0}; }
  static PlotAxis horizontal(const Box& box, std::int64_t length) {
    return {{0, static_cast<double>(length - 1)},
            static_cast<double>(box.left + padding),
            static_cast<double>(box.right - padding)};
  }
};

void draw_curve(Canvas& canvas, const Layout& layout, const Box& box, const Curves& curves, int n) {
  const double* values = curves.values.data() + n * curves.length * curves.channels;
  const PlotAxis x = Layout::horizontal(box, curves.length);
  const PlotAxis y = layout.vertical(box);
  for (std::int64_t channel = curves.drawn() - 1; channel >= 0; --channel) {
    std::vector<Point> points(static_cast<std::size_t>(curves.length));
    for (std::int64_t i = 0; i < curves.length; ++i) {
      const double value = values[i * curves.channels + channel];
      points[static_cast<std::size_t>(i)] = {x.at(static_cast<double>(i)),
                                             drawable(value) ? y.at(value) : value};
    }
    std::vector<Polyline> lines = drawable_runs(points);
    for (Polyline& line : lines) line = thinned(line);
    canvas.draw(lines, {line_colours[static_cast<std::size_t>(channel)], line_width, 1},
                {box.left + 1, box.top + 1, box.right - 1, box.bottom - 1});
  }
}

void draw_plot(Canvas& canvas, const Layout& layout, const Curves& curves, int n) {
  const Box box = layout.plot(n);
  const PlotAxis x = Layout::horizontal(box, curves.length);
  const PlotAxis y = layout.vertical(box);
  const std::vector<Tick> x_ticks = horizontal_ticks(x, box.left, box.right, 1);
  const std::vector<Tick> y_ticks = vertical_ticks(y, tick_spacing);
  draw_vertical_lines(canvas, box, x, x_ticks);
  draw_horizontal_lines(canvas, box, y, y_ticks);
  if (layout.axis.holds(0)) {
    const int zero = static_cast<int>(y.at(0));
    canvas.fill({box.left, zero, box.right, zero + 1}, zero_grey);
  }
  draw_plot_frame(canvas, box);
  draw_curve(canvas, layout, box, curves, n);
  if (n % layout.columns == 0) draw_labels_left(canvas, box, y, y_ticks);
  const bool lowest = n + layout.columns >= curves.count();
  if (lowest) draw_labels_below(canvas, box, x, x_ticks);
}

}  // namespace

Range value_range(std::span<const double> values) {
  return full_range(std::vector<double>(values.begin(), values.end()));
}

Range curve_range(std::span<const double> values, std::int64_t channels) {
  return robust_range(Curves{values, 1, channels}.numbers(), rare_beyond);
}

RgbImage draw_curve_sheet(std::span<const double> values, std::int64_t length,
                          std::int64_t channels, const CurveSheetStyle& style) {
  check(values.size(), length, channels, style);
  const Curves curves{values, length, channels};
  const int columns = std::min(style.columns, curves.count());
  const int rows = (curves.count() - 1) / columns + 1;
  const Range axis = widened(style.axis.value_or(curve_range(values, channels)), 0.06);
  const std::string note = heading_note(curves, axis);
  const bool headed = curves.channels > 1 || !note.empty();
  Layout layout{axis,
                columns,
                rows,
                0,
                margin + (headed ? heading_height : 0),
                style.tile_width,
                style.tile_height};
  layout.left =
      label_room(vertical_ticks(layout.vertical(layout.plot(0)), tick_spacing), least_label_room);
  const Box last = layout.plot(rows * columns - 1);
  Canvas measure(1, 1, white);
  const double words = draw_heading(measure, curves, note, layout.left);
  const int width = std::max(last.right, static_cast<int>(words)) + margin;
  Canvas canvas(width, last.bottom + labels_height + title_height, white);
  draw_heading(canvas, curves, note, layout.left);
  for (int n = 0; n < curves.count(); ++n) draw_plot(canvas, layout, curves, n);
  canvas.text("sample", {(layout.left + last.right) / 2.0, last.bottom + labels_height + 8.0}, 1,
              plot_grey, Align::centre);
  return canvas.image();
}

}  // namespace vgan
