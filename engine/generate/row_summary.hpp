// What drawn rows of a table have in their columns: means, deviations, quantiles, shares of words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/data/table_cell.hpp"

namespace vgan {

/// The shares of rows that a summary has quantiles for.
inline constexpr std::array<double, 5> summary_shares = {0.05, 0.25, 0.5, 0.75, 0.95};

/// What is told of a column's numbers that are there: NaN where there is none, and for the
/// deviation where there are fewer than two.
struct NumberSummary {
  double mean = 0.0;
  double deviation = 0.0;  ///< with one less than their count below the squares
  /// Between the two nearest values linearly, of a column with a list of values one of these.
  std::array<double, summary_shares.size()> quantiles{};
};

/// Takes rows and keeps the numbers of them, 8 bytes each, and counts of words.
class RowSummary {
 public:
  /// A summary of the drawn columns of `schema`, which must outlive it.
  explicit RowSummary(const Schema& schema);

  /// Takes a row as RowDecoder makes it.
  void add(const std::vector<TableCell>& cells);
  /// Forgets all rows.
  void clear();

  /// Of a column of numbers. Sorts what is kept of it.
  NumberSummary numbers(std::size_t column);
  /// The share of each word among the rows that have one; empty where none has.
  std::vector<double> word_shares(std::size_t column) const;
  /// Of all rows, of which there is one or more.
  double missing_share(std::size_t column) const;

 private:
  struct Column {
    std::vector<double> numbers;
    std::vector<std::uint64_t> words;  // how often each was there
    std::uint64_t missing = 0;
  };

  const Schema* schema_;
  std::vector<Column> columns_;  // of the schema
  std::uint64_t rows_ = 0;
};

}  // namespace vgan
