#include "engine/pictures/curve_sheet.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "engine/pictures/canvas.hpp"
#include "engine/pictures/curves.hpp"

namespace vgan {
namespace {

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour ink{34, 34, 34};
constexpr RgbColour frame_grey{205, 205, 205};
constexpr RgbColour grid_grey{232, 232, 232};
constexpr std::array<RgbColour, 3> line_colours{curve_blue, curve_vermilion, curve_green};

// Pixels.
constexpr int gap = 8;
constexpr int margin = 16;
constexpr int padding = 4;  // between a plot's frame and the ends of its curve
constexpr double line_width = 1.3;
constexpr int pairs_side = 560;
constexpr int pairs_margin = 20;
constexpr int label_room = 44;
constexpr double dot_width = 2.4;
constexpr double dot_opacity = 0.4;
constexpr std::size_t dot_layers = 12;  // so many overlapping dots can be told from one

[[noreturn]] void fail(const std::string& found, const std::string& allowed) {
  throw Error(ErrorCode::bad_config, {"cannot draw trials as curves", "", found, allowed, ""});
}

void check(std::size_t values, std::int64_t length, int channels, const CurveSheetStyle& style) {
  if (length < 2) fail(std::to_string(length) + " points", "at least 2");
  if (channels < 1 || channels > static_cast<int>(line_colours.size())) {
    fail(std::to_string(channels) + " channels", "1 to 3");
  }
  const auto each = static_cast<std::size_t>(length) * static_cast<std::size_t>(channels);
  const std::size_t count = values / each;
  if (values % each != 0 || count < 1 || count > static_cast<std::size_t>(most_curves)) {
    fail(std::to_string(values) + " values",
         "1 to " + std::to_string(most_curves) + " curves of " + std::to_string(each));
  }
  for (const int side : {style.tile_width, style.tile_height}) {
    if (side < 16 || side > 2000) fail(std::to_string(side) + " pixels", "16 to 2000 for a plot");
  }
  if (style.columns < 1) fail(std::to_string(style.columns) + " columns", "at least 1");
}

// One pixel wide, inside the box.
void draw_frame(Canvas& canvas, const Box& box) {
  canvas.fill({box.left, box.top, box.right, box.top + 1}, frame_grey);
  canvas.fill({box.left, box.bottom - 1, box.right, box.bottom}, frame_grey);
  canvas.fill({box.left, box.top, box.left + 1, box.bottom}, frame_grey);
  canvas.fill({box.right - 1, box.top, box.right, box.bottom}, frame_grey);
}

struct Plot {
  Box box;
  Range axis;

  Box inside() const { return {box.left + 1, box.top + 1, box.right - 1, box.bottom - 1}; }
  double y(double value) const {
    const double up = (value - axis.low) / axis.span() * (box.height() - 2);
    // A point far outside keeps its direction; its distance need not be exact.
    return std::clamp(box.bottom - 1 - up, -1e5, 1e5);
  }
  double x(std::int64_t point, std::int64_t length) const {
    const double share = static_cast<double>(point) / static_cast<double>(length - 1);
    return box.left + padding + share * (box.width() - 2 * padding);
  }
};

void draw_curve(Canvas& canvas, const Plot& plot, const float* values, std::int64_t length,
                int channels) {
  for (int channel = channels - 1; channel >= 0; --channel) {
    std::vector<Point> points(static_cast<std::size_t>(length));
    for (std::int64_t i = 0; i < length; ++i) {
      points[static_cast<std::size_t>(i)] = {plot.x(i, length),
                                             plot.y(values[i * channels + channel])};
    }
    std::vector<Polyline> lines = drawable_runs(points);
    for (Polyline& line : lines) line = thinned(line);
    canvas.draw(lines, {line_colours[static_cast<std::size_t>(channel)], line_width, 1},
                plot.inside());
  }
}

}  // namespace

Range value_range(std::span<const float> values) {
  return full_range(std::vector<double>(values.begin(), values.end()));
}

RgbImage draw_curve_sheet(std::span<const float> values, std::int64_t length, int channels,
                          const CurveSheetStyle& style) {
  check(values.size(), length, channels, style);
  const std::int64_t each = length * channels;
  const int count = static_cast<int>(static_cast<std::int64_t>(values.size()) / each);
  const int columns = std::min(style.columns, count);
  const int rows = (count - 1) / columns + 1;
  const auto side = [](int tiles, int tile) { return 2 * margin + tiles * (tile + gap) - gap; };
  Canvas canvas(side(columns, style.tile_width), side(rows, style.tile_height), white);
  const Range axis = widened(style.axis.value_or(value_range(values)), 0.06);
  for (int n = 0; n < count; ++n) {
    const int left = margin + n % columns * (style.tile_width + gap);
    const int top = margin + n / columns * (style.tile_height + gap);
    const Plot plot{{left, top, left + style.tile_width, top + style.tile_height}, axis};
    const int zero = static_cast<int>(plot.y(0));
    if (axis.holds(0)) canvas.fill({left, zero, plot.box.right, zero + 1}, grid_grey);
    draw_frame(canvas, plot.box);
    draw_curve(canvas, plot, values.data() + n * each, length, channels);
  }
  return canvas.image();
}

RgbImage draw_pairs(std::span<const float> values, const Range& axis) {
  if (values.empty() || values.size() % 2 != 0) {
    fail(std::to_string(values.size()) + " values", "pairs of two");
  }
  Canvas canvas(label_room + pairs_side + pairs_margin, pairs_margin + pairs_side + label_room,
                white);
  const Box box{label_room, pairs_margin, label_room + pairs_side, pairs_margin + pairs_side};
  const Range wide = widened(axis, 0.04);
  const auto place = [&](double value) { return (value - wide.low) / wide.span() * pairs_side; };
  for (const Tick& tick : ticks(axis, 6)) {
    const int x = static_cast<int>(box.left + place(tick.value));
    const int y = static_cast<int>(box.bottom - place(tick.value));
    canvas.fill({x, box.top, x + 1, box.bottom}, grid_grey);
    canvas.fill({box.left, y, box.right, y + 1}, grid_grey);
    canvas.text(tick.label, {x + 0.5, box.bottom + 20.0}, 1, ink, Align::centre);
    canvas.text(tick.label, {box.left - 8.0, y + 5.0}, 1, ink, Align::right);
  }
  draw_frame(canvas, box);
  const std::size_t pairs = values.size() / 2;
  for (std::size_t layer = 0; layer < dot_layers; ++layer) {
    std::vector<Polyline> dots;
    for (std::size_t i = layer; i < pairs; i += dot_layers) {
      const Point at{box.left + place(values[2 * i]), box.bottom - place(values[2 * i + 1])};
      if (drawable(at.x) && drawable(at.y)) dots.push_back({at});
    }
    canvas.draw(dots, {curve_blue, dot_width, dot_opacity}, box);
  }
  return canvas.image();
}

}  // namespace vgan
