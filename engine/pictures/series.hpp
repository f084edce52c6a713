// Numbers before they are drawn: ranges, ticks, smoothing, thinning.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/pictures/font.hpp"

namespace vgan {

struct Range {
  double low = 0;
  double high = 1;

  double span() const { return high - low; }
  bool holds(double value) const { return value >= low && value <= high; }
};

/// Whether a value can be drawn: finite and below 1e100 in size, so that spans stay finite.
bool drawable(double value);

/// From the smallest to the largest drawable value; a single value gets room on both sides; no
/// value at all gives 0 to 1.
Range full_range(const std::vector<double>& values);

/// Where most values lie: from the 0.5 % to the 99.5 % quantile. The full range where that is at
/// most `far` times as wide, so that only rare and far outliers are left outside.
Range robust_range(const std::vector<double>& values, double far = 2);

/// How far outliers lie that are left out of curves, whose rare peaks are what they are about.
inline constexpr double rare_beyond = 20;

/// `range` with `share` of its span added on both sides.
Range widened(const Range& range, double share);

struct Tick {
  double value;
  std::string label;
};

/// Multiples of 1, 2 or 5 times a power of ten inside `range`, about `wanted` of them; fewer where
/// they would lie closer than `least_step`.
std::vector<Tick> ticks(const Range& range, int wanted, double least_step = 0);

/// The centred mean with triangular weights over `radius` neighbours on each side, left out where
/// they are not drawable, at no more than `most` of the points (evenly chosen). A point that is
/// not drawable stays a gap (NaN). x and y have one length.
std::vector<Point> smoothed_points(const std::vector<double>& x, const std::vector<double>& y,
                                   std::size_t radius, std::size_t most);

/// Unbroken runs of points; a point that is not drawable ends a run.
std::vector<Polyline> drawable_runs(const std::vector<Point>& points);

/// Keeps the first, lowest, highest and last of each run of points that share a pixel column, in
/// their order: the same picture from at most four points a column. Coordinates are pixels.
Polyline thinned(const Polyline& line);

}  // namespace vgan
