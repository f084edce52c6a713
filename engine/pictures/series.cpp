#include "engine/pictures/series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

#include "engine/base/number_text.hpp"

namespace vgan {
namespace {

constexpr double largest = 1e100;
constexpr double tail = 0.005;  // share of the values beyond each quantile

std::vector<double> drawable_values(const std::vector<double>& values) {
  std::vector<double> kept;
  kept.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), drawable);
  return kept;
}

// A range of no width, or of one lost in rounding, cannot be divided by.
Range with_room(Range range) {
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (range.span() > 1e-9 * size) return range;
  const double room = size > 0 ? 0.1 * size : 1;
  return {range.low - room, range.high + room};
}

// The value that has `below` others below it.
double ranked(std::vector<double>& values, std::size_t below) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// With as many digits as tell a tick from the next, from 1e6 on or below 1e-5 as 2e6, 5e-7.
std::string label_of(double value, double step) {
  const double size = std::max(std::abs(value), step);
  const double step_power = std::floor(std::log10(step) + 1e-9);
  const int decimals = static_cast<int>(std::max(0.0, -step_power));
  if (size < 1e6 && decimals <= 5) return fixed_text(value, decimals);
  const double digits = std::floor(std::log10(size) + 1e-9) - step_power + 1;
  std::string label = general_text(value, static_cast<int>(std::clamp(digits, 1.0, 12.0)));
  if (const std::size_t e = label.find('e'); e != std::string::npos) {
    const bool small = label[e + 1] == '-';
    std::size_t first = e + 2;
    while (label[first] == '0') ++first;
    label = label.substr(0, e + 1) + (small ? "-" : "") + label.substr(first);
  }
  return label;
}

double weighted_mean(const std::vector<double>& y, std::size_t i, std::size_t radius) {
  const std::size_t first = i > radius ? i - radius : 0;
  const std::size_t last = std::min(y.size() - 1, i + radius);
  double sum = 0;
  double weights = 0;
  for (std::size_t j = first; j <= last; ++j) {
    if (!drawable(y[j])) continue;
    const double weight = static_cast<double>(radius + 1 - (j > i ? j - i : i - j));
    sum += weight * y[j];
    weights += weight;
  }
  return sum / weights;
}

}  // namespace

bool drawable(double value) { return std::abs(value) < largest; }

Range full_range(const std::vector<double>& values) {
  const std::vector<double> kept = drawable_values(values);
  if (kept.empty()) return {0, 1};
  const auto [low, high] = std::minmax_element(kept.begin(), kept.end());
  return with_room({*low, *high});
}

Range robust_range(const std::vector<double>& values, double far) {
  const Range full = full_range(values);
  std::vector<double> kept = drawable_values(values);
  if (kept.empty()) return full;
  const auto cut = static_cast<std::size_t>(tail * static_cast<double>(kept.size() - 1));
  const double low = ranked(kept, cut);
  const double high = ranked(kept, kept.size() - 1 - cut);
  const Range most = with_room({low, high});
  return full.span() <= far * most.span() ? full : most;
}

Range widened(const Range& range, double share) {
  const double room = share * range.span();
  return {range.low - room, range.high + room};
}

std::vector<Tick> ticks(const Range& range, int wanted, double least_step) {
  const double rough = std::max(range.span() / std::max(1, wanted), least_step);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {2.0, 5.0, 10.0}) {
    if (step < 0.75 * rough) step = factor * power;
  }
  std::vector<Tick> found;
  const double first = std::ceil(range.low / step - 1e-9);
  const double count = std::floor(range.high / step + 1e-9) - first;
  for (int i = 0; i <= static_cast<int>(std::min(count, 50.0)); ++i) {
    const double value = (first + i) * step;
    found.push_back({value, label_of(value, step)});
  }
  return found;
}

std::vector<Point> smoothed_points(const std::vector<double>& x, const std::vector<double>& y,
                                   std::size_t radius, std::size_t most) {
  std::vector<Point> points;
  const std::size_t count = std::min(y.size(), most);
  points.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t i = count == 1 ? 0 : n * (y.size() - 1) / (count - 1);
    const bool known = drawable(y[i]);
    points.push_back(
        {x[i], known ? weighted_mean(y, i, radius) : std::numeric_limits<double>::quiet_NaN()});
  }
  return points;
}

std::vector<Polyline> drawable_runs(const std::vector<Point>& points) {
  std::vector<Polyline> runs;
  bool open = false;
  for (const Point& point : points) {
    const bool ok = drawable(point.x) && drawable(point.y);
    if (ok && !open) runs.emplace_back();
    if (ok) runs.back().push_back(point);
    open = ok;
  }
  return runs;
}

Polyline thinned(const Polyline& line) {
  Polyline kept;
  for (std::size_t first = 0; first < line.size();) {
    const double column = std::floor(line[first].x);
    std::size_t low = first;
    std::size_t high = first;
    std::size_t end = first;
    for (; end < line.size() && std::floor(line[end].x) == column; ++end) {
      if (line[end].y < line[low].y) low = end;
      if (line[end].y > line[high].y) high = end;
    }
    std::array<std::size_t, 4> chosen{first, std::min(low, high), std::max(low, high), end - 1};
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (i == 0 || chosen[i] != chosen[i - 1]) kept.push_back(line[chosen[i]]);
    }
    first = end;
  }
  return kept;
}

}  // namespace vgan
