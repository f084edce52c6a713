// A decision tree that moves each row's number one step down its loss.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/metrics/tree_bins.hpp"
#include "engine/metrics/tree_split.hpp"

namespace vgan {

struct TreeRules {
  std::int64_t most_leaves = 31;
  SplitRules split;
};

class RegressionTree {
 public:
  /// Grows a tree on rows [columns][rows] with the first and second derivatives [rows] of their
  /// loss: the leaf whose split gains most is split next, until there are `most_leaves` or none
  /// gains anything. One thread; equal rows give equal trees.
  RegressionTree(const std::vector<TreeBins::Column>& columns, const BinnedRows& rows,
                 std::span<const float> gradients, std::span<const float> hessians,
                 const TreeRules& rules);

  /// The leaf's number (LossSums::best_value) of a row.
  double value(const BinnedRows& rows, std::size_t row) const;
  std::size_t leaves() const { return (nodes_.size() + 1) / 2; }

 private:
  friend class TreeGrowth;
  struct Node {
    std::size_t left = 0, right = 0;  ///< 0: a leaf
    TreeSplit split;
    double value = 0.0;
  };
  std::vector<Node> nodes_;
};

}  // namespace vgan
