#include "engine/metrics/tree_split.hpp"

#include <algorithm>

namespace vgan {
namespace {

constexpr double least_support = 10.0;  // rows that a word's hessian stands for
constexpr double smoothing = 10.0;
constexpr double equal = 1e-9;  // the first of cuts that differ by rounding alone is taken
constexpr double tiny = 1e-15;  // keeps sums of no rows from dividing by zero

// Tries cuts and keeps the best.
class Search {
 public:
  Search(std::size_t index, const LossSums& total, const SplitRules& rules)
      : total_(total), rules_(rules) {
    best_.column = index;
  }

  bool is_enough(const LossSums& side) const {
    return side.rows >= rules_.least_rows && side.hessian >= rules_.least_hessian;
  }
  /// Whether `left` and the rest are both enough and better than what was tried before.
  bool is_better(const LossSums& left) {
    const LossSums right = total_ - left;
    if (!is_enough(left) || !is_enough(right)) return false;
    const double gain = left.gain() + right.gain() - total_.gain();
    if (!(gain > best_.gain * (1.0 + equal))) return false;
    best_.gain = gain;
    best_.left = left;
    best_.right = right;
    return true;
  }
  TreeSplit& best() { return best_; }

 private:
  LossSums total_;
  SplitRules rules_;
  TreeSplit best_;
};

void search_numbers(const Histogram& histogram, const TreeBins::Column& column, Search& search) {
  LossSums left;
  // With missing values on the right there is one cut more: all others on the left.
  const std::size_t cuts = column.bins - 1 + (column.has_missing ? 1 : 0);
  for (std::size_t bin = 0; bin < cuts; ++bin) {
    left += histogram[bin];
    if (!search.is_better(left)) continue;
    search.best().last_left = static_cast<std::uint8_t>(bin);
    search.best().missing_left = false;
  }
  if (!column.has_missing) return;
  left = histogram[TreeBins::missing];
  for (std::size_t bin = 0; bin + 1 < column.bins; ++bin) {
    left += histogram[bin];
    if (!search.is_better(left)) continue;
    search.best().last_left = static_cast<std::uint8_t>(bin);
    search.best().missing_left = true;
  }
}

void search_words(const Histogram& histogram, const TreeBins::Column& column, const LossSums& total,
                  Search& search) {
  std::vector<std::size_t> order;
  const double rows_of_hessian = static_cast<double>(total.rows) / (total.hessian + tiny);
  const auto consider = [&](std::size_t bin) {
    if (histogram[bin].hessian * rows_of_hessian >= least_support) order.push_back(bin);
  };
  for (std::size_t bin = 0; bin < column.bins; ++bin) consider(bin);
  if (column.has_missing) consider(TreeBins::missing);
  if (order.size() < 2) return;
  const auto rank = [&](std::size_t bin) {
    return histogram[bin].gradient / (histogram[bin].hessian + smoothing);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  for (const bool from_end : {false, true}) {
    if (from_end) std::reverse(order.begin(), order.end());
    // The cut in the middle is tried once.
    const std::size_t tried = (order.size() + 1) / 2 - (from_end ? 1 : 0);
    LossSums left;
    for (std::size_t i = 0; i < tried; ++i) {
      left += histogram[order[i]];
      if (!search.is_better(left)) continue;
      TreeSplit& best = search.best();
      best.missing_left = false;
      best.left_words.reset();
      for (std::size_t j = 0; j <= i; ++j) {
        if (order[j] == TreeBins::missing) {
          best.missing_left = true;
        } else {
          best.left_words.set(order[j]);
        }
      }
    }
  }
}

}  // namespace

LossSums& LossSums::operator+=(const LossSums& other) {
  gradient += other.gradient;
  hessian += other.hessian;
  rows += other.rows;
  return *this;
}

LossSums LossSums::operator-(const LossSums& other) const {
  return {gradient - other.gradient, hessian - other.hessian, rows - other.rows};
}

double LossSums::best_value() const { return -gradient / (hessian + tiny); }
double LossSums::gain() const { return gradient * gradient / (hessian + tiny); }

TreeSplit best_split(const Histogram& histogram, std::size_t index, const TreeBins::Column& column,
                     const LossSums& total, const SplitRules& rules) {
  Search search(index, total, rules);
  search.best().words = column.words;
  if (column.words) {
    search_words(histogram, column, total, search);
  } else {
    search_numbers(histogram, column, search);
  }
  TreeSplit& best = search.best();
  if (!column.has_missing) best.missing_left = best.left.rows > best.right.rows;
  return best;
}

}  // namespace vgan
