#include "engine/pictures/profile_axes.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/pictures/date_ticks.hpp"

namespace vgan {
namespace {

using Kind = ProfilePlot::Axis::Kind;

// Pixels.
constexpr int tick_spacing = 46;
constexpr int date_spacing = 30;
constexpr int most_dates = 12;

Range united(const Range& a, const Range& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

// Ticks at 1, 2 and 5 times powers of ten, or at these alone, of an axis of logarithms.
std::vector<Tick> decade_ticks(const Range& range, bool all) {
  std::vector<Tick> made;
  for (int power = static_cast<int>(std::floor(range.low)); power <= range.high; ++power) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double at = power + std::log10(factor);
      if (!range.holds(at) || (!all && factor > 1.0)) continue;
      made.push_back({at, general_text(factor * std::pow(10.0, power))});
    }
  }
  return made;
}

DateUnit unit_of(Kind kind) { return kind == Kind::days ? DateUnit::days : DateUnit::seconds; }

}  // namespace

Range profile_across_range(const ProfilePlot& plot) {
  const auto count = static_cast<double>(plot.places.size());
  if (plot.across.kind == Kind::words) return {-0.5, count - 0.5};
  Range range = full_range(plot.places);
  std::vector<double> real;
  for (const Point& point : plot.real) real.push_back(point.x);
  if (!real.empty()) range = united(range, robust_range(real));
  return widened(range, 0.03);
}

Range profile_up_range(const ProfilePlot& plot) {
  std::vector<double> drawn, real;
  const auto add = [&](const std::vector<double>& values) {
    drawn.insert(drawn.end(), values.begin(), values.end());
  };
  for (const auto& curve : plot.curves) add(curve.values);
  for (const auto& band : plot.bands) {
    add(band.low);
    add(band.high);
  }
  for (const Point& point : plot.real) real.push_back(point.y);
  if (plot.shares) {
    for (const auto& curve : plot.curves) {
      for (const Point& point : curve.real) drawn.push_back(point.y);
    }
    // In tenths, with room above the highest.
    const double highest = std::ceil(11.0 * *std::max_element(drawn.begin(), drawn.end())) / 10.0;
    return widened({0.0, std::clamp(highest, 0.1, 1.0)}, 0.03);
  }
  Range range = full_range(drawn);
  if (!real.empty()) range = united(range, robust_range(real));
  return widened(range, 0.05);
}

std::vector<Tick> profile_up_ticks(const ProfilePlot& plot, const PlotAxis& axis) {
  const bool date = plot.up.kind == Kind::days || plot.up.kind == Kind::seconds;
  if (!date) return vertical_ticks(axis, tick_spacing);
  return date_ticks(axis.range, unit_of(plot.up.kind),
                    static_cast<int>(axis.length()) / date_spacing);
}

std::vector<Tick> profile_across_ticks(const ProfilePlot& plot, const PlotAxis& axis,
                                       const Box& frame) {
  const ProfilePlot::Axis& across = plot.across;
  if (across.kind == Kind::logarithms) {
    const auto found = decade_ticks(axis.range, true);
    return labels_apart(axis, found, frame.left, frame.right) ? found
                                                              : decade_ticks(axis.range, false);
  }
  if (across.kind != Kind::numbers) {
    for (int most = most_dates; most > 0; --most) {
      auto found = date_ticks(axis.range, unit_of(across.kind), most);
      if (labels_apart(axis, found, frame.left, frame.right)) return found;
    }
    return {};
  }
  std::vector<Tick> wished;
  for (const double mark : across.marks) {
    if (axis.range.holds(mark)) wished.push_back({mark, general_text(mark)});
  }
  if (!wished.empty() && labels_apart(axis, wished, frame.left, frame.right)) return wished;
  return horizontal_ticks(axis, frame.left, frame.right, across.least_step);
}

}  // namespace vgan
