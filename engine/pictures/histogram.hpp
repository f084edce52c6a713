// The bins of one column of numbers.
#pragma once

#include <vector>

#include "engine/pictures/series.hpp"

namespace vgan {

/// `count` bins of one width side by side, the first from `low`; a bin holds its lower end.
struct Bins {
  double low = 0;
  double width = 1;
  int count = 1;
  /// Each is of one value, which lies in its middle, such as a whole number half a unit to both
  /// sides of it.
  bool single = false;

  Range range() const { return {low, low + width * count}; }
  double middle(int bin) const { return low + (bin + 0.5) * width; }
};

/// Bins for these values: one for each whole number where there are whole numbers only, 25 or fewer
/// in a row, or for each multiple of a step where all values are such, 25 steps or fewer apart;
/// else 12 to 40 after Freedman and Diaconis (1981), with as many whole numbers in each where all
/// are whole, and two more on both sides; of few values the least lies in the middle of its bin. A
/// constant lies in the middle of a few bins.
/// Rare values far outside, half the span of the 0.5 % to 99.5 % quantiles or more, and those
/// beyond the quartiles by ten times their distance lie in no bin.
Bins bins_for(const std::vector<double>& values);

/// The share of `values` in each bin, 0 to 1. Those outside all bins and those that are not finite
/// count, but lie in none.
std::vector<double> bin_shares(const std::vector<double>& values, const Bins& bins);

}  // namespace vgan
