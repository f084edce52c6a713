// How the cells of a table lie in the input and the output of a network that predicts them.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/encode/table_cells.hpp"
#include "kernels/math/cells.hpp"

namespace vgan {

/// Quantile cells of columns that have more than this many have targets spread over those near by.
inline constexpr std::size_t most_sharp_cells = 8;

struct CellLayout {
  /// The layout of `cells`, which are those of a table of this schema.
  static CellLayout of(const TableCells& cells, const Schema& schema);

  std::int64_t columns() const { return static_cast<std::int64_t>(heads.size()); }

  std::int64_t features = 0;                    ///< numbers of the network's input
  std::int64_t cells = 0;                       ///< of all columns: numbers of its output
  std::vector<math::CellFeatureColumn> inputs;  ///< of each column
  std::vector<float> tables;                    ///< features of each column's cells, in turn
  std::vector<math::CellHead> heads;
  /// bell[d], the weight of a cell d places away, a normal density with a deviation of one cell,
  /// and for each of all cells 1 / the sum of the bell over its column's about it (CellLossTask).
  std::vector<float> bell, inverse_sums;
  std::vector<std::int32_t> order;  ///< in which columns are drawn (drawing_order)
  std::int32_t outcomes = 1;        ///< columns of outcomes, the last of the order; 1 or more
};

}  // namespace vgan
