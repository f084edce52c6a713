// A table as cells: what a network sees that predicts each column of a row from any others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/encode/cell_column.hpp"
#include "engine/encode/curve_scores.hpp"

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
  /// all other columns; up to 1,500 rows are asked, among up to 50,000. The samples of a curve of
  /// `curves` have no columns: its scores do, in the place of its first samples.
  static TableCells fit(const Trials& trials, std::vector<CurveScores> curves = {},
                        const CellColumn::Options& options = CellColumn::Options());
  /// Columns that were saved, those of cell_heads(schema, curves) of a table whose rows have
  /// `numbers` numbers.
  TableCells(std::vector<CellColumn> columns, std::size_t numbers,
             std::vector<CurveScores> curves = {});

  const std::vector<CellColumn>& columns() const { return columns_; }
  /// The curves that are cells by their scores, in the order of a row's numbers.
  const std::vector<CurveScores>& curves() const { return curves_; }
  /// The curve that a column of cells is a score of; nullptr: it is of a column of the table.
  const CurveScores* curve_of(std::size_t column) const;
  /// Makes the numbers of a row those that columns of cells are of: of curves, their scores.
  void to_scores(std::span<double> row) const;
  /// The numbers of a row (encoded_columns).
  std::size_t numbers() const { return numbers_; }
  /// The cells of a row, one for each column, and the row of such cells; `u` says for each column
  /// where in its cell, from 0 up to 1. Which residual a curve has follows from its scores' `u`.
  void encode(std::span<const double> row, std::span<std::int32_t> cells) const;
  void decode(std::span<const std::int32_t> cells, std::span<const float> u,
              std::span<double> row) const;

  bool operator==(const TableCells&) const = default;

 private:
  std::vector<CellColumn> columns_;
  std::size_t numbers_ = 0;
  std::vector<CurveScores> curves_;
};

/// The head of each column of cells, in their order: those of a row without the flags that belong
/// to a number, and without the samples of curves, of whose scores each has the head of a sample.
std::vector<Head> cell_heads(const Schema& schema, const std::vector<CurveScores>& curves = {});

/// Whether `column` can be one of a table of this schema: a choice has the values and the words
/// that it says, an ordinal numbers that are places of its words.
bool fits_schema(const CellColumn& column, const Schema& schema);

/// The order in which columns are drawn: those of fewer cells first, quantile cells behind others,
/// the columns of outcomes last.
std::vector<std::size_t> drawing_order(const TableCells& cells, const Schema& schema);

}  // namespace vgan
