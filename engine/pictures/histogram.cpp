#include "engine/pictures/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

namespace vgan {
namespace {

constexpr int fewest_bins = 12;
constexpr int most_bins = 40;
constexpr double most_single = 25;      // whole numbers with a bin each
constexpr double largest_whole = 1e15;  // where half a unit is still exact
constexpr int room = 2;                 // empty bins on both sides, to see what lies just outside
constexpr double tail = 0.005;          // share of the values beyond each quantile
constexpr double tail_reach = 0.5;      // how far outside the quantiles values are still drawn,
constexpr double quartile_reach = 10;   // in spans; and outside the quartiles, in theirs
constexpr int constant_bins = 11;       // odd: the constant lies in the middle of one

// The value below which this share of the sorted values lies.
double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

bool is_whole(double value) {
  return std::abs(value) <= largest_whole && std::floor(value) == value;
}

// From the lowest to the highest of the values that are drawn: none that lies alone and far out,
// and no long thin tail beside which the others would be one bin.
Range drawn_range(const std::vector<double>& sorted) {
  const Range most = widened({quantile(sorted, tail), quantile(sorted, 1 - tail)}, tail_reach);
  const Range quartiles{quantile(sorted, 0.25), quantile(sorted, 0.75)};
  Range wide = most;
  if (quartiles.span() > 0) {
    const Range near = widened(quartiles, quartile_reach);
    wide = {std::max(most.low, near.low), std::min(most.high, near.high)};
  }
  return {*std::lower_bound(sorted.begin(), sorted.end(), wide.low),
          *(std::upper_bound(sorted.begin(), sorted.end(), wide.high) - 1)};
}

Bins whole_bins(const Range& range, int wanted) {
  const double numbers = range.span() + 1;
  if (numbers <= most_single) return {range.low - 0.5, 1, static_cast<int>(numbers), true};
  const double width = std::max(1.0, std::ceil(numbers / wanted));
  return {range.low - 0.5 - room * width, width,
          static_cast<int>(std::ceil(numbers / width)) + 2 * room, false};
}

// The different numbers among sorted ones within a range; nothing where they are more than `most`.
std::vector<double> few_values(const std::vector<double>& sorted, const Range& range,
                               std::size_t most) {
  std::vector<double> few;
  for (const double value : sorted) {
    if (value < range.low || value > range.high) continue;
    const bool same = !few.empty() && value - few.back() <= 1e-9 * range.span();
    if (!same) few.push_back(value);
    if (few.size() > most) return {};
  }
  return few;
}

// The step that all of these numbers, ascending, lie apart by whole multiples of, where the last
// is less than most_single steps from the first; 0 where there is none.
double step_of(const std::vector<double>& few) {
  if (few.size() < 2) return 0;
  double step = few.back() - few.front();
  for (std::size_t i = 1; i < few.size(); ++i) step = std::min(step, few[i] - few[i - 1]);
  if ((few.back() - few.front()) / step >= most_single) return 0;
  const bool all = std::all_of(few.begin(), few.end(), [&](double value) {
    const double steps = (value - few.front()) / step;
    return std::abs(steps - std::round(steps)) < 1e-3;
  });
  return all ? step : 0;
}

// Around the only value that is drawn.
Bins constant_bins_at(double value, bool whole) {
  if (whole) return {value - 2.5, 1, 5, true};
  const double width = 0.2 * std::abs(value) / constant_bins;
  return {value - width * constant_bins / 2, width, constant_bins, false};
}

}  // namespace

Bins bins_for(const std::vector<double>& values) {
  std::vector<double> sorted;
  std::copy_if(values.begin(), values.end(), std::back_inserter(sorted), drawable);
  if (sorted.empty()) return {0, 0.1, 10, false};
  std::sort(sorted.begin(), sorted.end());
  const bool whole = std::all_of(sorted.begin(), sorted.end(), is_whole);
  const Range range = drawn_range(sorted);
  const double size = std::max(std::abs(range.low), std::abs(range.high));
  if (range.span() <= 1e-9 * size) return constant_bins_at(range.low, whole);
  const double spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  const double width = 2 * spread / std::cbrt(static_cast<double>(sorted.size()));
  const double fitting = width > 0 ? std::ceil(range.span() / width) : most_bins;
  const int count = static_cast<int>(std::clamp<double>(fitting, fewest_bins, most_bins));
  const std::vector<double> few =
      few_values(sorted, range, std::min(static_cast<std::size_t>(most_single), sorted.size() / 2));
  const double step = whole && range.span() < most_single ? 0 : step_of(few);
  if (step > 0) {
    const int steps = static_cast<int>(std::lround(range.span() / step));
    return {range.low - 0.5 * step, step, steps + 1, true};
  }
  if (whole) return whole_bins(range, count);
  const double each = range.span() / count;
  if (few.empty()) return {range.low - room * each, each, count + 2 * room, false};
  return {range.low - (room + 0.5) * each, each, count + 1 + 2 * room, false};
}

std::vector<double> bin_shares(const std::vector<double>& values, const Bins& bins) {
  std::vector<double> shares(static_cast<std::size_t>(bins.count));
  if (values.empty()) return shares;
  const Range range = bins.range();
  const double one = 1 / static_cast<double>(values.size());
  for (const double value : values) {
    if (!range.holds(value)) continue;
    const auto bin = static_cast<std::size_t>((value - bins.low) / bins.width);
    shares[std::min(bin, shares.size() - 1)] += one;
  }
  return shares;
}

}  // namespace vgan
