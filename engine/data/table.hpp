// A table in memory: columns of numbers or of words, as their file has them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/dialect.hpp"

namespace vgan {

/// A column has numbers, or words. Cells that a missing mark stands in are missing.
struct TableColumn {
  std::string name;  ///< of the header as it stands there, or "column_1", "column_2", ...
  bool numeric = true;
  std::vector<double> numbers;      ///< [rows] of a column of numbers; NaN: missing
  std::vector<std::int32_t> cells;  ///< [rows] of a column of words: which of `words`; -1: missing
  std::vector<std::string> words;   ///< the words there are, in the order of their first rows
  std::int64_t missing = 0;         ///< cells
  std::string missing_mark;         ///< what stands in the first of these; "" is nothing at all
  NumberStyle style;                ///< of a column of numbers

  bool is_missing(std::int64_t row) const {
    const auto at = static_cast<std::size_t>(row);
    return numeric ? std::isnan(numbers[at]) : cells[at] < 0;
  }
};

/// "FILE, line 7, column 3 (Vel)": the place of column `index`, from 0, in a message. A long name
/// is cut short.
std::string column_place(const std::string& where, std::size_t index, const std::string& name);

struct Table {
  std::string source;  ///< what the user would call it
  std::int64_t rows = 0;
  std::vector<TableColumn> columns;
  Dialect dialect;
  std::vector<std::string> notes;  ///< what was done in reading that the user should know
};

}  // namespace vgan
