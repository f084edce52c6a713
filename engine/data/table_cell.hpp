// What stands in a cell of a virtual row.
#pragma once

#include <cstddef>

namespace vgan {

struct ColumnSchema;

/// A number, or which word; or no value.
struct TableCell {
  bool missing = false;
  double number = 0.0;
  std::size_t word = 0;
};

/// The number that a cell of the column can have that is nearest to `number`: within its bounds,
/// with its decimals, of a grid one of its values, of an ordinal the place of a word. The least one
/// for NaN.
double cell_number(const ColumnSchema& column, double number);

/// The digits behind the point that a cell of the column may have.
int cell_decimals(const ColumnSchema& column);

/// The least distance between two numbers that cells of the column can have: a unit of their last
/// decimal, of a time in hours and minutes 60 seconds.
double cell_step(const ColumnSchema& column);

}  // namespace vgan
