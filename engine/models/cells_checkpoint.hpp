// The cells of a table's columns to and from a checkpoint.
#pragma once

#include <string>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/schema.hpp"
#include "engine/encode/table_cells.hpp"

namespace vgan {

/// The tensor that holds them: F64 [numbers], for each column whether it is a category, a grid or
/// quantiles (0, 1, 2), numeric, may be missing, tied (0 or 1 each), how many values, members and
/// ends it has, and then its values, shares, members and ends (CellColumn::Saved).
inline constexpr const char* cells_name = "cells";

/// The tensor of its curves, where it has some: F64 [numbers], for each curve which of the row's
/// numbers is its first, how many samples, components and residuals it has, and then its mean,
/// components and residuals (CurveScores::Saved).
inline constexpr const char* curves_name = "curves";

void save_cells(const TableCells& cells, Checkpoint& checkpoint);
/// The cells of the columns of `schema`. Throws bad_data where the tensor of cells is missing, is
/// none of such cells, or that of curves none of its curves.
TableCells read_cells(const Checkpoint& checkpoint, const Schema& schema,
                      const std::string& origin);

}  // namespace vgan
