// Rows of tables as their measures see them: columns of numbers, words told by number.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// Numbers, or words that are told by whole numbers from 0 on, which all tables that are compared
/// share.
struct MeasuredColumn {
  std::string name;
  bool words = false;
  std::vector<double> values;  ///< [rows]; NaN: missing

  bool is_missing(std::int64_t row) const {
    return std::isnan(values[static_cast<std::size_t>(row)]);
  }
};

/// How often each word of a column comes, by its number, and the words by that: the most frequent
/// first, of equal ones the first.
struct WordFrequencies {
  std::vector<std::int64_t> counts;
  std::vector<std::size_t> order;
};
/// Counts the words of a column of words; missing cells have none.
WordFrequencies words_by_frequency(const MeasuredColumn& column);

struct MeasuredRows {
  std::int64_t rows = 0;
  std::vector<MeasuredColumn> columns;

  /// The rows named, in that order; one may come several times.
  MeasuredRows take(std::span<const std::int64_t> which) const;
  /// All of them but column `index`.
  MeasuredRows without(std::size_t index) const;
};

/// Throws internal, naming the measure, unless both have as many columns, of the same kinds.
void require_same_columns(const char* measure, const MeasuredRows& one, const MeasuredRows& two);

/// The rows of both, those of `below` after those of `above`. Throws as require_same_columns.
MeasuredRows stacked(const MeasuredRows& above, const MeasuredRows& below);

/// The rows named of `table`: the columns that `schema`, a real table's, has drawn, in its order,
/// found by their names. Words have the numbers that they have there; words that are new to it are
/// added to it. Throws bad_data for a column that is not in `table`, and for one of words where
/// numbers are wanted or the other way round, unless all of it is missing.
MeasuredRows measured_rows(const Table& table, std::span<const std::int64_t> which, Schema& schema);

/// `count` of the rows 0 to `rows` - 1 in an order drawn by (seed, purpose): all of them, mixed,
/// where `count` is as many or more.
std::vector<std::int64_t> drawn_rows(std::int64_t rows, std::int64_t count, std::uint64_t seed,
                                     std::uint64_t purpose);

/// Rows each of whose values is that of a row of `rows` drawn for it alone: every column has its
/// own distribution, and nothing else of the table is left. `count` of them, by the seed.
MeasuredRows resampled_columns(const MeasuredRows& rows, std::int64_t count, std::uint64_t seed);

}  // namespace vgan
