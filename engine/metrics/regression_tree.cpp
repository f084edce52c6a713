#include "engine/metrics/regression_tree.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vgan {

// A tree while it grows. Rows of a node lie side by side in `order_`; of two children the smaller
// one's histograms are summed, the other's are what remains of their parent's.
class TreeGrowth {
 public:
  TreeGrowth(RegressionTree& tree, const std::vector<TreeBins::Column>& columns,
             const BinnedRows& rows, std::span<const float> gradients,
             std::span<const float> hessians, const TreeRules& rules)
      : tree_(tree),
        columns_(columns),
        rows_(rows),
        gradients_(gradients),
        hessians_(hessians),
        rules_(rules),
        order_(gradients.size()) {
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  }

  void grow() {
    LossSums total;
    for (std::size_t row = 0; row < order_.size(); ++row) {
      total += {gradients_[row], hessians_[row], 1};
    }
    tree_.nodes_.emplace_back().value = total.best_value();
    Leaf root{0, 0, order_.size(), total, {}, {}};
    if (may_split(total)) root.histograms = summed(root);
    find_split(root);
    leaves_.push_back(std::move(root));
    while (std::ssize(leaves_) < rules_.most_leaves) {
      const auto best = std::max_element(
          leaves_.begin(), leaves_.end(),
          [](const Leaf& a, const Leaf& b) { return a.split.gain < b.split.gain; });
      if (!(best->split.gain > 0.0)) break;
      divide(static_cast<std::size_t>(best - leaves_.begin()));
    }
  }

 private:
  struct Leaf {
    std::size_t node;
    std::size_t first, last;  ///< of `order_`
    LossSums total;
    std::vector<Histogram> histograms;  ///< [columns], while it may be split
    TreeSplit split;
  };

  bool may_split(const LossSums& total) const {
    return total.rows >= 2 * rules_.split.least_rows &&
           total.hessian >= 2.0 * rules_.split.least_hessian;
  }

  std::vector<Histogram> summed(const Leaf& leaf) {
    gathered_.clear();
    for (std::size_t i = leaf.first; i < leaf.last; ++i) {
      gathered_.emplace_back(gradients_[order_[i]], hessians_[order_[i]]);
    }
    std::vector<Histogram> made;
    for (const std::vector<std::uint8_t>& bins : rows_) {
      Histogram& histogram = made.emplace_back(TreeBins::most + 1);
      for (std::size_t i = leaf.first; i < leaf.last; ++i) {
        const auto& [gradient, hessian] = gathered_[i - leaf.first];
        histogram[bins[order_[i]]] += {gradient, hessian, 1};
      }
    }
    return made;
  }

  static std::vector<Histogram> remainder(std::vector<Histogram> parent,
                                          const std::vector<Histogram>& child) {
    for (std::size_t i = 0; i < parent.size(); ++i) {
      for (std::size_t bin = 0; bin < parent[i].size(); ++bin) {
        parent[i][bin] = parent[i][bin] - child[i][bin];
      }
    }
    return parent;
  }

  void find_split(Leaf& leaf) const {
    leaf.split = {};
    for (std::size_t i = 0; i < leaf.histograms.size(); ++i) {
      TreeSplit found = best_split(leaf.histograms[i], i, columns_[i], leaf.total, rules_.split);
      if (found.gain > leaf.split.gain) leaf.split = std::move(found);
    }
  }

  void divide(std::size_t index) {
    Leaf parent = std::move(leaves_[index]);
    const TreeSplit& split = parent.split;
    const std::vector<std::uint8_t>& bins = rows_[split.column];
    const auto begin = order_.begin();
    const auto middle =
        std::stable_partition(begin + static_cast<std::ptrdiff_t>(parent.first),
                              begin + static_cast<std::ptrdiff_t>(parent.last),
                              [&](std::uint32_t row) { return split.goes_left(bins[row]); });
    const auto cut = static_cast<std::size_t>(middle - begin);
    const std::size_t node = tree_.nodes_.size();
    tree_.nodes_.emplace_back().value = split.left.best_value();
    tree_.nodes_.emplace_back().value = split.right.best_value();
    Leaf left{node, parent.first, cut, split.left, {}, {}};
    Leaf right{node + 1, cut, parent.last, split.right, {}, {}};
    if (may_split(left.total) || may_split(right.total)) {
      Leaf& smaller = cut - parent.first <= parent.last - cut ? left : right;
      Leaf& larger = &smaller == &left ? right : left;
      smaller.histograms = summed(smaller);
      larger.histograms = remainder(std::move(parent.histograms), smaller.histograms);
    }
    for (Leaf* leaf : {&left, &right}) {
      if (may_split(leaf->total)) find_split(*leaf);
      if (!(leaf->split.gain > 0.0)) leaf->histograms = {};
    }
    tree_.nodes_[parent.node].left = node;
    tree_.nodes_[parent.node].right = node + 1;
    tree_.nodes_[parent.node].split = parent.split;
    leaves_[index] = std::move(left);
    leaves_.push_back(std::move(right));
  }

  RegressionTree& tree_;
  const std::vector<TreeBins::Column>& columns_;
  const BinnedRows& rows_;
  std::span<const float> gradients_, hessians_;
  TreeRules rules_;
  std::vector<std::uint32_t> order_;
  std::vector<std::pair<float, float>> gathered_;
  std::vector<Leaf> leaves_;
};

RegressionTree::RegressionTree(const std::vector<TreeBins::Column>& columns, const BinnedRows& rows,
                               std::span<const float> gradients, std::span<const float> hessians,
                               const TreeRules& rules) {
  TreeGrowth(*this, columns, rows, gradients, hessians, rules).grow();
}

double RegressionTree::value(const BinnedRows& rows, std::size_t row) const {
  std::size_t at = 0;
  while (nodes_[at].left != 0) {
    const TreeSplit& split = nodes_[at].split;
    at = split.goes_left(rows[split.column][row]) ? nodes_[at].left : nodes_[at].right;
  }
  return nodes_[at].value;
}

}  // namespace vgan
