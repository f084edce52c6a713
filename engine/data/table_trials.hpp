// A table's rows as trials, and trials back as rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/data/row_constraints.hpp"
#include "engine/data/schema.hpp"
#include "engine/data/table.hpp"
#include "engine/data/table_cell.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// A column of more words than this is not encoded by a number for each.
inline constexpr std::size_t most_words = 256;

/// The rows of `table` as trials, by encoded_columns(schema). A missing number is the middle one of
/// its column, beside the number that says so. Throws bad_data for a column of more than
/// `most_words` words, and where no column is drawn.
Trials table_trials(const Table& table, Schema schema);

/// The columns of rows as a picture shows them: as encoded_columns has them, but a column that is a
/// choice among values is the number that was chosen, or the middle one of its values where none
/// was.
std::vector<std::string> shown_names(const Schema& schema);
/// Whole rows of encoded_columns(schema) as rows of such.
std::vector<double> shown_rows(const Schema& schema, std::span<const double> rows);

/// Turns the numbers of virtual rows into what stands in the cells of the table.
class RowDecoder {
 public:
  /// `schema` must outlive it.
  explicit RowDecoder(const Schema& schema);

  std::size_t size() const { return columns_.size(); }  ///< numbers of a row
  /// The cells of all columns of the schema, those that are not drawn included, which have none.
  /// Numbers are held to what was seen, rounded to the column's decimals, and in a grid to the
  /// nearest of its values. Of values, words and combinations that have numbers each, and of there
  /// being none, the greatest number wins. The constraints of the schema hold in every row. `row`
  /// has `size` numbers.
  const std::vector<TableCell>& decode(std::span<const double> row);
  /// Makes the numbers of whole rows those that stand for the cells which they decode to.
  void snap(std::span<double> rows);

 private:
  // Both read the numbers from place `i` on that are about one column, or about those of one
  // combination, and hand out the place behind them.
  std::size_t decode_column(std::span<const double> row, std::size_t i);
  std::size_t decode_combination(std::span<const double> row, std::size_t i);

  const Schema* schema_;
  std::vector<EncodedColumn> columns_;
  std::vector<TableCell> cells_;
  RowConstraints constraints_;
  std::vector<bool> counts_up_;           // of each column, whether its number is a distance
  std::vector<std::size_t> combination_;  // which one was drawn, at the first of its columns
};

}  // namespace vgan
