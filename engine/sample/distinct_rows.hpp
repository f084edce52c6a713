// Which rows of a block show the same cells, so that a network need see them once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/view.hpp"

namespace vgan {

/// Groups rows of cells by what they show. A group's number says which one was met first.
class DistinctRows {
 public:
  /// Groups the rows of [n, columns] cells, whose `observed` is 1 where a row shows the cell. Rows
  /// that show `column` are in no group.
  void find(MatrixView<const std::int32_t> cells, MatrixView<const std::uint8_t> observed,
            std::int64_t column);

  std::int64_t count() const { return static_cast<std::int64_t>(firsts_.size()); }
  /// [n]: each row's group; -1: none.
  const std::vector<std::int32_t>& group_of() const { return group_of_; }
  /// [count()]: the first row of each group.
  const std::vector<std::int64_t>& firsts() const { return firsts_; }

 private:
  std::int32_t group_with(const std::int32_t* shown, std::int64_t columns);

  std::vector<std::int32_t> group_of_;
  std::vector<std::int64_t> firsts_;
  std::vector<std::int32_t> shown_;  ///< a row for each group, and the one that is looked up
  std::vector<std::int32_t> table_;  ///< groups by the hash of what they show, or -1; 2^k places
};

}  // namespace vgan
