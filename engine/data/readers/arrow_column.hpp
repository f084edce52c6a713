// From the arrays of one column, as Arrow has them, to a column of a table.
#pragma once

#include <arrow/api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/table.hpp"

namespace vgan {

/// Where a column stands, for messages.
struct ArrowPlace {
  std::string file;
  std::size_t index = 0;  ///< from 0
  std::string name;

  std::string column() const { return column_place(file, index, name); }
  /// Counts `row` from 0.
  std::string cell(std::int64_t row) const {
    return column_place(file + ", row " + std::to_string(row + 1), index, name);
  }
};

/// Takes the arrays of one column, one after the other.
class ArrowColumn {
 public:
  virtual ~ArrowColumn() = default;
  /// The first cell of `array`, which is of the column's type, is that of `row`, from 0. Throws
  /// bad_data for a cell that no table has.
  virtual void add(const arrow::Array& array, std::int64_t row) = 0;
  /// Puts the name, the cells and how they are written into `column`, and notes about them behind
  /// `notes`.
  virtual void take(TableColumn& column, std::vector<std::string>& notes) = 0;
};

/// One for cells of `type`. Throws bad_data for a type that is no column of a table.
std::unique_ptr<ArrowColumn> make_arrow_column(const ArrowPlace& place,
                                               const arrow::DataType& type);
/// For text and booleans.
std::unique_ptr<ArrowColumn> make_arrow_words(const ArrowPlace& place);
/// For dictionaries of text or of numbers.
std::unique_ptr<ArrowColumn> make_arrow_categories(const ArrowPlace& place);
/// For dates, times and both; null for other types.
std::unique_ptr<ArrowColumn> make_arrow_dates(const ArrowPlace& place, const arrow::DataType& type);

}  // namespace vgan
