#include "engine/pictures/curves.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/pictures/canvas.hpp"

namespace vgan {
namespace {

constexpr RgbColour white{255, 255, 255};
constexpr RgbColour ink{34, 34, 34};
constexpr RgbColour grey{110, 110, 110};
constexpr RgbColour grid_grey{226, 226, 226};
constexpr RgbColour frame_grey{150, 150, 150};

// Pixels.
constexpr int left_margin = 76;
constexpr int right_margin = 28;
constexpr int title_height = 50;
constexpr int heading_height = 32;  // a panel's title and legend, above its frame
constexpr int panel_gap = 18;
constexpr int bottom_margin = 60;
constexpr double title_scale = 1.5;
constexpr double text_scale = 1.0;
constexpr double raw_opacity = 0.28;
constexpr double dot_width = 6;

constexpr std::size_t fewest_to_smooth = 30;
constexpr std::size_t smoothing_share = 60;  // the radius is this part of the points
constexpr std::size_t smoothed_points_drawn = 2000;

// Maps values to pixels inside a panel's frame.
struct Axes {
  Box frame;
  Range x;
  Range y;

  Point at(double px, double py) const {
    const double right = (px - x.low) / x.span() * frame.width();
    const double up = (py - y.low) / y.span() * frame.height();
    // A point far outside keeps its direction; its distance need not be exact.
    return {frame.left + right, std::clamp(frame.bottom - up, -1e4, 2e4)};
  }
};

[[noreturn]] void fail(const std::string& what, const std::string& found,
                       const std::string& allowed) {
  throw Error(ErrorCode::internal, {what, "", found, allowed, ""});
}

void check(const std::vector<Panel>& panels, const CurvesStyle& style) {
  if (panels.empty()) fail("cannot draw curves", "no panels", "at least one");
  for (const int size : {style.width, style.height}) {
    if (size < 300 || size > 10000) {
      fail("cannot draw curves", std::to_string(size) + " pixels", "300 to 10000");
    }
  }
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      if (curve.x.size() != curve.y.size()) {
        fail("cannot draw the curve " + curve.name,
             std::to_string(curve.x.size()) + " x and " + std::to_string(curve.y.size()) + " y",
             "as many of each");
      }
    }
  }
}

std::vector<double> all_values(const Panel& panel) {
  std::vector<double> values;
  for (const Curve& curve : panel.curves) {
    if (curve.extremes.empty()) values.insert(values.end(), curve.y.begin(), curve.y.end());
    for (const Point& point : curve.extremes) values.push_back(point.y);
  }
  return values;
}

Range shared_x(const std::vector<Panel>& panels) {
  std::vector<double> values;
  for (const Panel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      values.insert(values.end(), curve.x.begin(), curve.x.end());
    }
  }
  Range range = full_range(values);
  // One epoch only: its neighbours on both sides.
  if (range.span() < 1) range = {range.low - 1, range.high + 1};
  return range;
}

// As they are drawn where they are not smoothed.
std::vector<Point> points_of(const Curve& curve) {
  if (!curve.extremes.empty()) return curve.extremes;
  std::vector<Point> points(curve.x.size());
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = {curve.x[i], curve.y[i]};
  return points;
}

bool smooths(const Curve& curve) {
  return curve.draw_raw_faint_and_smoothed && curve.y.size() >= fewest_to_smooth;
}

void draw_line(Canvas& canvas, const Axes& axes, const std::vector<Point>& points, const Pen& pen) {
  std::vector<Polyline> lines;
  std::vector<Polyline> dots;
  for (Polyline& run : drawable_runs(points)) {
    for (Point& point : run) point = axes.at(point.x, point.y);
    (run.size() == 1 ? dots : lines).push_back(thinned(run));
  }
  canvas.draw(lines, pen, axes.frame);
  // Half a dot on the edge would look cut off.
  const Box around{axes.frame.left - 4, axes.frame.top - 4, axes.frame.right + 4,
                   axes.frame.bottom + 4};
  canvas.draw(dots, {pen.colour, std::max(dot_width, pen.width), pen.opacity}, around);
}

void draw_grid(Canvas& canvas, const Axes& axes, const Range& y_ticks, bool x_labels) {
  const Box& frame = axes.frame;
  for (const Tick& tick : ticks(axes.x, 8, 1)) {
    const int x = static_cast<int>(std::min<double>(axes.at(tick.value, 0).x, frame.right - 1));
    canvas.fill({x, frame.top, x + 1, frame.bottom}, grid_grey);
    if (!x_labels) continue;
    canvas.fill({x, frame.bottom, x + 1, frame.bottom + 5}, frame_grey);
    canvas.text(tick.label, {x + 0.5, frame.bottom + 20.0}, text_scale, ink, Align::centre);
  }
  for (const Tick& tick : ticks(y_ticks, std::max(2, frame.height() / 45))) {
    const int y = static_cast<int>(axes.at(axes.x.low, tick.value).y);
    canvas.fill({frame.left, y, frame.right, y + 1}, grid_grey);
    canvas.fill({frame.left - 5, y, frame.left, y + 1}, frame_grey);
    canvas.text(tick.label, {frame.left - 9.0, y + 5.0}, text_scale, ink, Align::right);
  }
}

void draw_frame(Canvas& canvas, const Box& frame) {
  canvas.fill({frame.left, frame.top - 1, frame.right, frame.top}, frame_grey);
  canvas.fill({frame.left, frame.bottom, frame.right, frame.bottom + 1}, frame_grey);
  canvas.fill({frame.left - 1, frame.top - 1, frame.left, frame.bottom + 1}, frame_grey);
  canvas.fill({frame.right, frame.top - 1, frame.right + 1, frame.bottom + 1}, frame_grey);
}

// From the frame's right end leftwards: name, sample line, name, sample line.
void draw_legend(Canvas& canvas, const Box& frame, const std::vector<Curve>& curves) {
  double right = frame.right;
  const double base = frame.top - 10.0;
  for (auto curve = curves.rbegin(); curve != curves.rend(); ++curve) {
    if (curve->name.empty()) continue;
    canvas.text(curve->name, {right, base}, text_scale, ink, Align::right);
    right -= text_width(curve->name, text_scale) + 9;
    canvas.draw({{{right - 24, base - 4}, {right, base - 4}}}, {curve->colour, 3, 1},
                canvas.area());
    right -= 24 + 26;
  }
}

// The panel's title, and after it what the picture does not show.
void draw_title(Canvas& canvas, const Panel& panel, const Axes& axes) {
  const std::vector<double> values = all_values(panel);
  const bool means = std::any_of(panel.curves.begin(), panel.curves.end(),
                                 [](const Curve& curve) { return !curve.extremes.empty(); });
  auto gaps = static_cast<std::uint64_t>(
      std::count_if(values.begin(), values.end(), [](double value) { return !drawable(value); }));
  const bool nothing = gaps == values.size();
  for (const Curve& curve : panel.curves) gaps += curve.gaps_in_means;
  const auto outside = std::count_if(values.begin(), values.end(), [&](double value) {
    return drawable(value) && !axes.y.holds(value);
  });
  std::string note;
  // Some of the extremes are not known.
  if (outside > 0) note = (means ? "" : std::to_string(outside) + " ") + "values outside the axis";
  if (gaps > 0) note += (note.empty() ? "" : ", ") + std::to_string(gaps) + " not finite";
  const Box& frame = axes.frame;
  const Point at{static_cast<double>(frame.left), frame.top - 10.0};
  canvas.text(panel.title, at, text_scale, ink);
  canvas.text(note, {at.x + text_width(panel.title, text_scale) + 24, at.y}, text_scale, grey);
  if (nothing) {
    canvas.text("no data", {(frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0},
                text_scale, grey, Align::centre);
  }
}

// Room above and below, so that no line lies on the frame; ticks stay inside a given range.
void draw_panel(Canvas& canvas, const Panel& panel, const Box& frame, const Range& x,
                bool x_labels) {
  const Range automatic = widened(robust_range(all_values(panel)), 0.04);
  const Axes axes{frame, x, panel.y_range ? widened(*panel.y_range, 0.04) : automatic};
  draw_grid(canvas, axes, panel.y_range.value_or(axes.y), x_labels);
  for (const Curve& curve : panel.curves) {
    if (smooths(curve)) draw_line(canvas, axes, points_of(curve), {curve.colour, 1, raw_opacity});
  }
  for (const Curve& curve : panel.curves) {
    const Pen pen{curve.colour, 2, 1};
    if (smooths(curve)) {
      const std::size_t radius = std::max<std::size_t>(2, curve.y.size() / smoothing_share);
      draw_line(canvas, axes, smoothed_points(curve.x, curve.y, radius, smoothed_points_drawn),
                pen);
    } else {
      draw_line(canvas, axes, points_of(curve), pen);
    }
  }
  draw_frame(canvas, frame);
  draw_title(canvas, panel, axes);
  draw_legend(canvas, frame, panel.curves);
}

Curve curve(const char* name, const LongSeries& series, RgbColour colour) {
  Curve made{name, {}, {}, colour, true};
  for (const LongSeries::Bucket& bucket : series.buckets()) {
    made.x.push_back(bucket.x());
    made.y.push_back(bucket.mean());
    if (series.width() == 1) continue;
    // A bucket without a drawable value is a gap between its neighbours.
    const double first =
        bucket.drawable > 0 ? (bucket.low_first ? bucket.low : bucket.high) : bucket.mean();
    const double last = bucket.low_first ? bucket.high : bucket.low;
    made.extremes.push_back({bucket.first_x, first});
    if (bucket.drawable > 1) made.extremes.push_back({bucket.last_x, last});
    if (bucket.drawable > 0) made.gaps_in_means += bucket.points - bucket.drawable;
    if (bucket.drawable == 0) made.gaps_in_means += bucket.points - 1;
  }
  return made;
}

}  // namespace

RgbImage draw_curves(const std::string& title, const std::vector<Panel>& panels,
                     const CurvesStyle& style) {
  check(panels, style);
  Canvas canvas(style.width, style.height, white);
  canvas.text(title, {static_cast<double>(left_margin), 34}, title_scale, ink);
  const Range x = shared_x(panels);
  const int count = static_cast<int>(panels.size());
  const int room = style.height - title_height - bottom_margin - (count - 1) * panel_gap;
  const int each = room / count - heading_height;
  if (each < 40) fail("cannot draw curves", std::to_string(count) + " panels", "fewer, or taller");
  int top = title_height;
  for (int i = 0; i < count; ++i) {
    top += heading_height;
    const Box frame{left_margin, top, style.width - right_margin, top + each};
    draw_panel(canvas, panels[static_cast<std::size_t>(i)], frame, x, i + 1 == count);
    top += each + panel_gap;
  }
  const double middle = (left_margin + style.width - right_margin) / 2.0;
  canvas.text(style.x_label, {middle, style.height - 16.0}, text_scale, ink, Align::centre);
  return canvas.image();
}

RgbImage draw_training(const std::string& title, const TrainingHistory& history,
                       const CurvesStyle& style) {
  std::vector<Panel> panels;
  if (!history.cross_entropy.empty()) {
    panels.push_back({"cross-entropy, -log p of a column in nats",
                      {curve("", history.cross_entropy, curve_blue)},
                      std::nullopt});
    if (!history.gradient_norm.empty()) {
      panels.push_back(
          {"norm of the gradient", {curve("", history.gradient_norm, curve_green)}, std::nullopt});
    }
    return draw_curves(title, panels, style);
  }
  if (!history.reconstruction.empty()) {
    panels.push_back({"reconstruction, -log p of a trial in nats",
                      {curve("", history.reconstruction, curve_blue)},
                      std::nullopt});
    panels.push_back(history.kl.empty() ? Panel{"mean squared error of a number, network's units",
                                                {curve("", history.squared_error, curve_green)},
                                                std::nullopt}
                                        : Panel{"KL divergence of a trial in nats",
                                                {curve("", history.kl, curve_vermilion)},
                                                std::nullopt});
    return draw_curves(title, panels, style);
  }
  panels.push_back({"loss",
                    {curve("D loss", history.d_loss, curve_blue),
                     curve("G loss", history.g_loss, curve_vermilion)},
                    std::nullopt});
  if (!history.gradient_penalty.empty()) {
    panels.push_back(
        {"gradient penalty", {curve("", history.gradient_penalty, curve_blue)}, std::nullopt});
  }
  panels.push_back({"accuracy of D",
                    {curve("on real", history.accuracy_real, curve_green),
                     curve("on fake", history.accuracy_fake, curve_purple)},
                    Range{0, 1}});
  return draw_curves(title, panels, style);
}

}  // namespace vgan
