// Values that a user gives for some columns of the rows to come.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/data/schema_wish.hpp"
#include "engine/data/table.hpp"
#include "engine/encode/table_cells.hpp"
#include "engine/models/generator_model.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// Rows of given values, some columns in each; the others are free.
class GivenRows {
 public:
  /// Reads a table with some of the columns of the model's, by name and in any order; an empty
  /// cell, or a missing mark, is free. `exact`: throws bad_data for a number that no cell of the
  /// column can have. Throws bad_data, with the place, for a column that the model has not or does
  /// not draw, for one that a constraint ties to others, for a word that the model does not know,
  /// for a row with some samples of a curve but not all (TableCells::curves), and as
  /// read_data_table.
  static GivenRows read(const std::filesystem::path& path, const GeneratorModel& model, bool exact);
  /// The one row of values that `texts` gives by name, as they would stand in a table. `place` is
  /// what messages call it. Throws as `read`.
  struct NamedText {
    std::string name, text;
  };
  static GivenRows of(const std::vector<NamedText>& texts, const std::string& place,
                      const GeneratorModel& model);
  /// The rows of a table whose columns are some of the model's, with their meaning. Throws as
  /// `read`.
  static GivenRows of_table(const Table& table, const GeneratorModel& model, bool exact);

  /// Whether a constraint makes the column's number a distance to others, a part of a combination
  /// or a formula, so that it has no cells of its own.
  static bool is_tied(std::size_t column, const Schema& schema);
  /// Throws bad_data for a column of the schema that is tied.
  static void require_untied(std::size_t column, const std::string& place, const Schema& schema);

  std::int64_t rows() const { return rows_; }
  /// Which of Schema::columns the file has, in its order.
  const std::vector<std::size_t>& columns() const { return columns_; }
  bool is_given(std::int64_t row, std::size_t column_of_cells) const {
    return observed_[at(row, column_of_cells)] != 0;
  }
  std::int32_t cell(std::int64_t row, std::size_t column_of_cells) const {
    return cells_[at(row, column_of_cells)];
  }
  /// The number that a given column of cells is of: that of its column, or the score of its curve.
  double seen(std::int64_t row, std::size_t column_of_cells) const {
    return seen_[at(row, column_of_cells)];
  }
  /// Whether a row gives a curve that its scores say too little of (CurveScores::is_strange).
  bool gives_strange_curve(std::int64_t row) const {
    return strange_[static_cast<std::size_t>(row)] != 0;
  }
  /// The number of `column` of the schema in a row, NaN where it is free; the place of a word.
  double value(std::int64_t row, std::size_t column) const;
  /// The cell of the file as it stood there, or "" where it is free.
  std::string text(std::int64_t row, std::size_t column, const Schema& schema) const;

  /// Puts the cells that row `row` gives into `cells`, with 1 in `observed`.
  void put(std::int64_t row, std::span<std::int32_t> cells, std::span<std::uint8_t> observed) const;
  /// Puts the numbers that it gives into those of a row of the table (encoded_columns).
  void settle(std::int64_t row, std::span<double> numbers) const;

 private:
  void take_values(const Table& table, const Schema& schema, bool exact, Table& whole);
  void show(const TableCells& cells, const Schema& schema);
  void require_whole_curves(const Table& table, const TableCells& cells,
                            const Schema& schema) const;
  std::size_t at(std::int64_t row, std::size_t column) const {
    return static_cast<std::size_t>(row) * width_ + column;
  }

  std::int64_t rows_ = 0;
  std::size_t width_ = 0;    // columns of cells
  std::size_t numbers_ = 0;  // of a row
  std::vector<std::size_t> columns_;
  std::vector<std::int32_t> cells_;          // [rows, columns of cells]
  std::vector<std::uint8_t> observed_;       // the same
  std::vector<double> seen_;                 // the same
  std::vector<std::uint8_t> strange_;        // [rows]
  std::vector<double> encoded_;              // [rows, numbers]
  std::vector<std::uint8_t> settled_;        // the same: 1 where the number is given
  std::vector<std::vector<double>> values_;  // of each of columns_; NaN: free
};

/// How a file of some of the model's columns is written: in one column, where its first line is the
/// name of one, blanks and all; else as is found by looking.
DialectWish dialect_for_columns(const std::filesystem::path& path, const Schema& schema);

/// What the schema says of some columns of a file, by their names, without bounds: given values may
/// lie beyond them.
SchemaWish wish_for_columns(const Schema& schema, const std::vector<std::string>& names,
                            const std::string& origin);

}  // namespace vgan
