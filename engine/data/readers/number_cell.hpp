// The number in a cell of a table, and how it is written.
#pragma once

#include <string_view>

namespace vgan {

struct NumberCell {
  double value = 0.0;
  int decimals = 0;       ///< digits behind the point
  int digits = 0;         ///< all but zeros before the first
  bool exponent = false;  ///< whether there is one
};

enum class CellReading {
  number,
  beyond,  ///< a number that is larger than any double
  none     ///< no number
};

/// Reads all of `text`: a sign, digits with at most one `decimal`, an exponent. The value is the
/// nearest double, or 0 where the number is too small for one.
CellReading read_number_cell(std::string_view text, char decimal, NumberCell& cell);

}  // namespace vgan
