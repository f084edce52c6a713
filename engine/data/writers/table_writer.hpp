// Virtual rows as text, in the form of the table that was learned from.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/date_format.hpp"
#include "engine/data/dialect.hpp"
#include "engine/data/table_trials.hpp"

namespace vgan {

/// Makes lines of a table out of the numbers of virtual rows: the schema's columns in their order,
/// with its names, decimals, spelling of words and missing marks, in a dialect. A column that is an
/// id of numbers counts the rows on from its first; other ids and ignored columns have no value.
class TableWriter {
 public:
  /// Makes what stands before the cells of a row, whose number it is asked with.
  using Lead = std::function<std::string_view(std::uint64_t row)>;

  /// `schema` must outlive it. `first` is the number of the first row that comes, from 0.
  TableWriter(const Schema& schema, const Dialect& dialect, std::uint64_t first = 0);

  /// The byte-order mark and the header, as far as the dialect has them; `lead`: what stands before
  /// the header's names.
  std::string begin(std::string_view lead = {}) const;
  /// The lines of whole rows of RowDecoder::size() numbers, which are there until the next call.
  std::string_view lines(std::span<const double> numbers, const Lead& lead = {});

 private:
  void add_missing(const ColumnSchema& column);
  void add_number(const ColumnSchema& column, double number);

  const Schema* schema_;
  Dialect dialect_;
  RowDecoder decoder_;
  std::vector<std::optional<DateFormat>> formats_;  // of columns of dates
  std::uint64_t row_;
  std::string text_;
};

/// The dialect of a file of this ending by that of the data: .tsv has tabs; .csv commas, or what
/// else the data have between cells but tabs and blanks; any other ending has the data's own.
Dialect dialect_for(const Dialect& data, const std::string& ending);

}  // namespace vgan
