// Where a node of a decision tree is best divided.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "engine/metrics/tree_bins.hpp"

namespace vgan {

/// Sums over rows of a loss's first and second derivatives.
struct LossSums {
  double gradient = 0.0;
  double hessian = 0.0;
  std::int64_t rows = 0;

  LossSums& operator+=(const LossSums& other);
  LossSums operator-(const LossSums& other) const;
  /// The number that moves the loss of these rows furthest down: one step of Newton's.
  double best_value() const;
  /// How far down that is, doubled.
  double gain() const;
};

/// Sums by bin of one column, TreeBins::missing included.
using Histogram = std::vector<LossSums>;

/// A question of one column: rows of some bins go to the left, the others to the right.
struct TreeSplit {
  double gain = 0.0;  ///< 0: there is none
  std::size_t column = 0;
  bool words = false;
  bool missing_left = false;
  std::uint8_t last_left = 0;              ///< of numbers: the last bin that goes to the left
  std::bitset<TreeBins::most> left_words;  ///< of words: which bins go to the left
  LossSums left, right;

  bool goes_left(std::uint8_t bin) const {
    if (bin == TreeBins::missing) return missing_left;
    return words ? left_words[bin] : bin <= last_left;
  }
};

struct SplitRules {
  std::int64_t least_rows = 20;  ///< on either side
  double least_hessian = 1e-3;   ///< on either side
};

/// The split of `column` with the greatest gain, the first of equal ones. Of numbers, missing
/// values go to the side where they serve best; where training had none, to that of more rows. Of
/// words, bins with a total hessian that stands for ten rows or more are put into the order of
/// gradient / (hessian + 10), and each beginning or end of that order, up to its middle, is tried
/// (Fisher 1958, doi:10.1080/01621459.1958.10501479).
TreeSplit best_split(const Histogram& histogram, std::size_t index, const TreeBins::Column& column,
                     const LossSums& total, const SplitRules& rules);

}  // namespace vgan
