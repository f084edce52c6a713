#include "engine/pictures/plot_axes.hpp"

#include <algorithm>
#include <cmath>

namespace vgan {
namespace {

// Pixels.
constexpr int mark_length = 4;
constexpr int label_space = 10;   // between two labels side by side
constexpr int label_half = 5;     // half the height of a label
constexpr int label_height = 16;  // with the space to the next, at least
constexpr int left_margin = 8;    // to the left of the widest label
constexpr int label_gap = 4;      // between a mark and its label
constexpr double label_scale = 1;

int pixel(double place) { return static_cast<int>(std::floor(place)); }

}  // namespace

void draw_plot_frame(Canvas& canvas, const Box& box) {
  canvas.fill({box.left, box.top, box.right, box.top + 1}, plot_frame);
  canvas.fill({box.left, box.bottom - 1, box.right, box.bottom}, plot_frame);
  canvas.fill({box.left, box.top, box.left + 1, box.bottom}, plot_frame);
  canvas.fill({box.right - 1, box.top, box.right, box.bottom}, plot_frame);
}

double PlotAxis::at(double value) const {
  return std::clamp(from + (value - range.low) / range.span() * (to - from), -1e5, 1e5);
}

double PlotAxis::length() const { return std::abs(to - from); }

double label_left(const PlotAxis& axis, const Tick& tick, int left, int right) {
  const double width = text_width(tick.label, label_scale);
  const double centred = axis.at(tick.value) - width / 2;
  return std::max<double>(left, std::min(centred, right - width));
}

bool labels_apart(const PlotAxis& axis, const std::vector<Tick>& ticks, int left, int right) {
  double free_from = -1e9;
  for (const Tick& tick : ticks) {
    const double begin = label_left(axis, tick, left, right);
    if (begin < free_from) return false;
    free_from = begin + text_width(tick.label, label_scale) + label_space;
  }
  return true;
}

std::vector<Tick> horizontal_ticks(const PlotAxis& axis, int left, int right, double least_step) {
  std::vector<Tick> best;
  const int most = std::max(3, static_cast<int>(axis.length() / 50));
  for (int wanted = most; wanted >= 2; --wanted) {
    const std::vector<Tick> found = ticks(axis.range, wanted, least_step);
    // Wide labels: every second tick, every third...
    for (std::size_t stride = 1; stride <= found.size(); ++stride) {
      std::vector<Tick> some;
      for (std::size_t i = 0; i < found.size(); i += stride) some.push_back(found[i]);
      if (!labels_apart(axis, some, left, right)) continue;
      if (some.size() > best.size()) best = some;
      break;
    }
    if (best.size() > 2) break;
  }
  return best;
}

std::vector<Tick> vertical_ticks(const PlotAxis& axis, int spacing) {
  const double room = label_half / axis.length() * axis.range.span();
  const Range inner{axis.range.low + room, axis.range.high - room};
  const int most = static_cast<int>(axis.length() / label_height);
  int wanted = std::max(2, static_cast<int>(axis.length() / spacing));
  std::vector<Tick> found = ticks(inner, wanted);
  // A single number would leave the axis without a scale.
  while (found.size() < 2 && wanted < most) found = ticks(inner, ++wanted);
  return found;
}

void draw_vertical_lines(Canvas& canvas, const Box& box, const PlotAxis& axis,
                         const std::vector<Tick>& ticks) {
  for (const Tick& tick : ticks) {
    const int x = pixel(axis.at(tick.value));
    canvas.fill({x, box.top, x + 1, box.bottom}, plot_grid);
  }
}

void draw_horizontal_lines(Canvas& canvas, const Box& box, const PlotAxis& axis,
                           const std::vector<Tick>& ticks) {
  for (const Tick& tick : ticks) {
    const int y = pixel(axis.at(tick.value));
    canvas.fill({box.left, y, box.right, y + 1}, plot_grid);
  }
}

void draw_labels_below(Canvas& canvas, const Box& box, const PlotAxis& axis,
                       const std::vector<Tick>& ticks) {
  for (const Tick& tick : ticks) {
    const int x = pixel(axis.at(tick.value));
    canvas.fill({x, box.bottom, x + 1, box.bottom + mark_length}, plot_grey);
    canvas.text(tick.label, {label_left(axis, tick, box.left, box.right), box.bottom + 18.0},
                label_scale, plot_ink);
  }
}

void draw_labels_left(Canvas& canvas, const Box& box, const PlotAxis& axis,
                      const std::vector<Tick>& ticks) {
  for (const Tick& tick : ticks) {
    const int y = pixel(axis.at(tick.value));
    canvas.fill({box.left - mark_length, y, box.left, y + 1}, plot_grey);
    canvas.text(tick.label,
                {static_cast<double>(box.left - mark_length - label_gap),
                 y + font_cap_height * label_scale / 2},
                label_scale, plot_ink, Align::right);
  }
}

int label_room(const std::vector<Tick>& ticks, int least) {
  double widest = 0;
  for (const Tick& tick : ticks) widest = std::max(widest, text_width(tick.label, label_scale));
  return std::max(least,
                  left_margin + static_cast<int>(std::ceil(widest)) + label_gap + mark_length);
}

}  // namespace vgan
