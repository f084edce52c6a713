// A table as cells: what a network sees that predicts each column of a row from any others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/encode/cell_column.hpp"

namespace vgan {

/// Numbers that stand for each cell of a column: row `cell` of [size, width].
struct CellFeatures {
  std::size_t width = 0;
  std::vector<float> numbers;

  bool operator==(const CellFeatures&) const = default;
};

/// The features of a column's cells. A cell with an order has its normal score, that of the middle
/// of its rank; the piecewise-linear code of its number among `bins` quantiles (Y. Gorishniy et
/// al., "On embeddings for numerical features in tabular deep learning", arXiv:2203.05556): for
/// each bin how much of it lies below, 0 to 1; and its number, standardised over the cells. A cell
/// of up to `most_one_hot` cells, or without an order, has a 1 at a place of its own. Each has a
/// last 1: it is known. What does not apply to the cell of a missing number is 0.
CellFeatures cell_features(const CellColumn& column, std::size_t bins = 32,
                           std::size_t most_one_hot = 24);

class TableCells {
 public:
  /// The columns of a table's trials, which have a schema: a column for each head of a row, a
  /// number together with the flag of its being missing. A number that comes again is a design, not
  /// a measurement, where more than 3 in 10 rows have it in common with the row that is nearest in
  /// all other columns; up to 1,500 rows are asked, among up to 50,000.
  static TableCells fit(const Trials& trials,
                        const CellColumn::Options& options = CellColumn::Options());
  /// Columns that were saved, whose heads cover a row of `numbers` numbers.
  TableCells(std::vector<CellColumn> columns, std::size_t numbers);

  const std::vector<CellColumn>& columns() const { return columns_; }
  /// The numbers of a row (encoded_columns).
  std::size_t numbers() const { return numbers_; }
  /// The cells of a row, one for each column, and the row of such cells; `u` says for each column
  /// where in its cell, from 0 up to 1.
  void encode(std::span<const double> row, std::span<std::int32_t> cells) const;
  void decode(std::span<const std::int32_t> cells, std::span<const float> u,
              std::span<double> row) const;

  bool operator==(const TableCells&) const = default;

 private:
  std::vector<CellColumn> columns_;
  std::size_t numbers_ = 0;
};

/// The head of each column of cells, in their order: those of a row without the flags that belong
/// to a number.
std::vector<Head> cell_heads(const Schema& schema);

/// Whether `column` can be one of a table of this schema: a choice has the values and the words
/// that it says, an ordinal numbers that are places of its words.
bool fits_schema(const CellColumn& column, const Schema& schema);

/// The order in which columns are drawn: those of fewer cells first, quantile cells behind others,
/// the columns of outcomes last.
std::vector<std::size_t> drawing_order(const TableCells& cells, const Schema& schema);

}  // namespace vgan
