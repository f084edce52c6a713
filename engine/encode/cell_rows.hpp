// Rows of a table's numbers as cells, and cells as rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/encode/table_cells.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// The rows of `cells` [n, columns], each number where in its cell `places` says: numbers of
/// encoded_columns, row after row. They replace what is in `rows`.
inline void decode_cells(const TableCells& table, MatrixView<const std::int32_t> cells,
                         MatrixView<const float> places, std::vector<double>& rows) {
  rows.assign(static_cast<std::size_t>(cells.rows) * table.numbers(), 0.0);
  const auto columns = static_cast<std::size_t>(cells.cols);
  for (std::int64_t i = 0; i < cells.rows; ++i) {
    table.decode(
        {cells.row(i), columns}, {places.row(i), columns},
        std::span(rows).subspan(static_cast<std::size_t>(i) * table.numbers(), table.numbers()));
  }
}

/// The cells of all rows of a table's trials, [count, columns] without padding.
std::vector<std::int32_t> encode_cells(const TableCells& table, const Trials& trials);

}  // namespace vgan
