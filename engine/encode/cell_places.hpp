// Which column of a table each column of cells is of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/encode/table_cells.hpp"

namespace vgan {

/// What a column of cells is of.
struct CellPlace {
  std::size_t column = 0;     ///< which of Schema::columns
  std::int32_t missing = -1;  ///< the cell of a missing value; -1: none
  /// It says nothing but whether the value is missing, which another column of cells has.
  bool only_missing = false;
};

/// What each column of cells is of, in their order.
std::vector<CellPlace> cell_places(const TableCells& cells, const Schema& schema);

/// Which column of cells says what the value of a column of the schema is, which has one.
std::size_t cells_of(std::size_t column, const std::vector<CellPlace>& places);

}  // namespace vgan
