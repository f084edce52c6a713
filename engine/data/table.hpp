// A table in memory: columns of numbers or of words, as their file has them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/dialect.hpp"
#include "engine/data/schema_wish.hpp"

namespace vgan {

/// A column has numbers, or words. Dates are numbers. Cells that a missing mark stands in are
/// missing.
struct TableColumn {
  std::string name;  ///< of the header as it stands there, or "column_1", "column_2", ...
  bool numeric = true;
  std::vector<double> numbers;      ///< [rows] of a column of numbers; NaN: missing
  std::vector<std::int32_t> cells;  ///< [rows] of a column of words: which of `words`; -1: missing
  std::vector<std::string> words;   ///< the words there are, in the order of their first rows
  std::int64_t missing = 0;         ///< cells
  std::string missing_mark;         ///< what stands for no value where one is written; "": nothing
  std::vector<std::string> marks;   ///< missing marks other than is_missing_text, such as "-999"
  NumberStyle style;                ///< of a column of numbers
  std::string format;               ///< of dates, see date_format.hpp; "" of other columns
  /// Numbers that count the rows of their file, of which these are some.
  bool counts_all_rows = false;
  ColumnWish wish;  ///< what the user says of it, which the cells agree with

  bool is_missing(std::int64_t row) const {
    const auto at = static_cast<std::size_t>(row);
    return numeric ? std::isnan(numbers[at]) : cells[at] < 0;
  }
};

/// "FILE, line 7, column 3 (Vel)": the place of column `index`, from 0, in a message. A long name
/// is cut short.
std::string column_place(const std::string& where, std::size_t index, const std::string& name);

/// From this row on, rows are on lines one after the other.
struct RowLine {
  std::int64_t row = 0;    ///< from 0
  std::uint64_t line = 0;  ///< from 1
  std::string file;        ///< what the user would call it
};

/// A line of one of several files.
struct KeptLine {
  std::uint32_t file = 0;  ///< which of Table::files
  std::uint64_t line = 0;  ///< from 1
};

struct Table {
  std::string source;  ///< what the user would call it
  std::int64_t rows = 0;
  std::vector<RowLine> lines;  ///< of a text file, the first of row 0; else empty
  /// Where each row is from, where some of a file's rows were kept (row_keeper.hpp).
  std::vector<KeptLine> kept_lines;
  std::vector<std::string> files;  ///< that these are lines of: what the user would call them
  std::vector<TableColumn> columns;
  Dialect dialect;
  std::vector<ConstraintWish> constraints;  ///< what the user says of its rows
  std::vector<std::string> notes;           ///< what was done in reading that the user should know

  /// "FILE, line 7, column 3 (Vel)", of a table that is no text file "FILE, row 6, column 3 (Vel)".
  /// Counts `row` from 0; messages count rows from 1.
  std::string cell_place(std::int64_t row, std::size_t column) const;
};

}  // namespace vgan
