// Gradient boosting of decision trees over histograms: what measures learn with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/metrics/measured_rows.hpp"
#include "engine/metrics/regression_tree.hpp"

namespace vgan {

struct BoostingOptions {
  int rounds = 100;
  double rate = 0.1;  ///< by which each tree's numbers are multiplied
  TreeRules tree;
};

/// Friedman 2001, doi:10.1214/aos/1013203451, over histograms of up to 255 bins a column with trees
/// grown leaf by leaf as LightGBM's (Ke et al. 2017), and the defaults of scikit-learn's
/// HistGradientBoosting without its early stopping, which it agrees with. Numbers and words; either
/// may be missing. LightGBM itself would be a dependency of a library's size, and its trees depend
/// on its version and threads; these are the same everywhere. Deterministic, on one thread. Memory
/// is a byte for each value, and histograms of up to 31 leaves: 6 KB for each leaf and column.
class BoostedTrees {
 public:
  /// Learns numbers [rows] by their squared error. Throws internal for no rows, or other lengths.
  BoostedTrees(const MeasuredRows& inputs, std::span<const double> numbers,
               const BoostingOptions& options = {});
  /// Learns classes [rows], 0 to `count` - 1: two by the logistic loss, more by softmax with a tree
  /// for each class in each round. Throws as above, and for a class beyond `count` or fewer than
  /// two.
  BoostedTrees(const MeasuredRows& inputs, std::span<const std::int32_t> classes,
               std::int32_t count, const BoostingOptions& options = {});

  /// How many scores a row has: 1 where numbers or two classes were learned, else one for each
  /// class.
  std::size_t outputs() const { return start_.size(); }
  /// [rows, outputs]: the number; the log odds of class 1; the log of each class's probability but
  /// for a term that all have. Throws internal for other columns than those learned from.
  std::vector<double> scores(const MeasuredRows& inputs) const;
  /// [rows]: the likeliest class, the first of several. Throws internal where numbers were learned.
  std::vector<std::int32_t> classes(const MeasuredRows& inputs) const;

 private:
  template <class Derivatives>
  void learn(const MeasuredRows& inputs, const BoostingOptions& options, Derivatives&& derivatives);

  bool numbers_;
  double rate_;
  TreeBins bins_;
  std::vector<double> start_;                        ///< [outputs]: scores before the first round
  std::vector<std::vector<RegressionTree>> rounds_;  ///< [rounds][outputs]
};

}  // namespace vgan
