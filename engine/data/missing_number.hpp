// Numbers such as -999 that stand for no value.
#pragma once

#include <optional>

#include "engine/data/table.hpp"

namespace vgan {

/// The number of a column that plainly stands for no value: -99, -999, -9999 and so on, -99.9 and
/// its like, or the least of a 16- or 32-bit integer; the least there, twice or more, below others
/// that are all 0 or more, or further from them than twice their span. Nothing where there is none.
std::optional<double> find_missing_number(const TableColumn& column);

/// Makes the cells of a column of numbers that have this one missing.
void make_missing(TableColumn& column, double number);

}  // namespace vgan
