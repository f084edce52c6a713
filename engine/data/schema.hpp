// What the columns of a table are: found by looking at its values, or said by its user.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/column_kind.hpp"
#include "engine/data/constraints.hpp"
#include "engine/data/dialect.hpp"

namespace vgan {

struct Table;

struct ColumnSchema {
  std::string name;  ///< as TableColumn::name
  std::string unit;  ///< "m/s" of a column "Vel [m/s]" or "Vel (m/s)"; or empty
  ColumnKind kind = ColumnKind::continuous;
  ColumnRole role = ColumnRole::condition;
  bool numeric = true;             ///< numbers or dates stand in the file, else words
  std::string format;              ///< as TableColumn::format
  double low = 0.0;                ///< the least and the greatest number that may be drawn
  double high = 0.0;               ///< as the user says, or else what there are
  std::vector<double> values;      ///< of numbers that come again: all there are, the least first
  std::int64_t distinct = 0;       ///< different values
  std::int64_t missing = 0;        ///< cells without one
  std::string missing_mark;        ///< as TableColumn::missing_mark
  std::vector<std::string> marks;  ///< as TableColumn::marks
  NumberStyle style;               ///< as TableColumn::style
  /// As TableColumn::words; of an ordinal in its order; of a column that is an id, none.
  std::vector<std::string> words;

  /// Whether it is trained on, and drawn for virtual rows.
  bool drawn() const { return kind != ColumnKind::id && kind != ColumnKind::ignored; }
  bool operator==(const ColumnSchema&) const = default;
};

/// "Vel" of a column "Vel [m/s]", whose unit is known; else its name.
std::string_view name_without_unit(const ColumnSchema& column);

struct Schema {
  Dialect dialect;
  std::int64_t rows = 0;  ///< of the table that it was found by
  std::vector<ColumnSchema> columns;
  Constraints constraints;  ///< what holds in every row

  /// Numbers that stand for a row: see encoded_columns.
  std::int64_t encoded_size() const;
  bool operator==(const Schema&) const = default;
};

/// The column of this name, with its unit or without where no other has that name.
std::optional<std::size_t> column_called(const Schema& schema, std::string_view name);
/// What columns that are drawn may be called: their names, and these without units.
std::vector<std::string> drawn_column_names(const Schema& schema);

/// What one of the numbers stands for that a row is to a network.
struct EncodedColumn {
  /// The number itself; or whether (1 or 0) the cell has a certain value or word, or none; or
  /// whether the cells of several columns have a certain combination of values.
  enum class Part { number, value, word, missing, combination };

  std::size_t column = 0;  ///< which of Schema::columns; of a combination the first of its own
  Part part = Part::number;
  std::size_t word = 0;  ///< which of ColumnSchema::words, of its values or of the combinations

  bool operator==(const EncodedColumn&) const = default;
};

/// A grid of up to this many values is a choice among them to a network, else a number.
inline constexpr std::size_t most_choices = 24;

/// The numbers that stand for a row, column by column of those that are drawn: a numeric column is
/// its number, or as a grid of up to `most_choices` has a number for each value; an ordinal one is
/// the place of its word, from 0; another one of words has a number for each word; where values
/// were missing there is one more that says so. Constraints make of a number its distance to the
/// greatest one of those below it (RowConstraints::floor), and of several columns that are fixed to
/// each other one, at the place of the first, with a number for each combination; a column that is
/// a formula of others has none.
std::vector<EncodedColumn> encoded_columns(const Schema& schema);
/// Whether rows of both tables are the same numbers: columns of the same names, words in the same
/// order, missing values in the same columns, the same constraints.
bool same_encoding(const Schema& a, const Schema& b);
/// "Freq", "sex = M", "pm2.5 missing".
std::string encoded_name(const Schema& schema, const EncodedColumn& column);
std::vector<std::string> encoded_names(const Schema& schema);  ///< of all, in their order

/// A numeric column of up to this many values that come again is a grid; of more, up to
/// `most_grid_values`, where each comes `grid_rows` times in the mean.
inline constexpr std::int64_t few_grid_values = 40;
inline constexpr std::int64_t most_grid_values = 256;
inline constexpr std::int64_t grid_rows = 50;

/// What the columns of `table` are, as their wishes say, or else by their values: columns of words
/// are boolean where they have two of yes, no, true, false and the like, ids where no word comes
/// twice in 20 rows or more, else categorical; dates are of kind datetime; numbers are boolean
/// where they are 0 and 1, ids where whole numbers count the rows, a grid where few come again (see
/// above), else integer or continuous; numbered columns side by side are a curve where they look
/// like one (see curve_block.hpp), with one range, style and mark for all. A column that is all
/// missing is ignored. The last drawn column, or curve, is the outcome, where no wish names one;
/// the other drawn ones are conditions. Throws as take_constraints (constraint_check.hpp).
Schema infer_schema(const Table& table);

/// The schema as a table for people, with a histogram of each column; `blocks`: drawn by block
/// characters, which need UTF-8, else left out.
std::string schema_text(const Schema& schema, const Table& table, bool blocks);

}  // namespace vgan
