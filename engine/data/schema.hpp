// What the columns of a table are: found by looking at its values, or said by its user.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/words.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// What the values of a column mean, which decides how they are encoded and drawn.
enum class ColumnKind {
  continuous,   ///< measurements: any number between two others may come
  integer,      ///< whole numbers, many different ones
  grid,         ///< few different numbers that come again: a design's settings, grades
  boolean,      ///< two values, such as 0 and 1, or yes and no
  categorical,  ///< words, or numbers that stand for such
  id,           ///< a number or a name of each row, which says nothing about the others
  ignored,      ///< left out
};

template <>
struct WordTable<ColumnKind> {
  static constexpr const char* setting = "kind";
  static constexpr std::array<Word<ColumnKind>, 7> table = {{
      {ColumnKind::continuous, "continuous"},
      {ColumnKind::integer, "integer"},
      {ColumnKind::grid, "grid"},
      {ColumnKind::boolean, "boolean"},
      {ColumnKind::categorical, "categorical"},
      {ColumnKind::id, "id"},
      {ColumnKind::ignored, "ignored"},
  }};
};

struct ColumnSchema {
  std::string name;  ///< as TableColumn::name
  std::string unit;  ///< "m/s" of a column "Vel [m/s]" or "Vel (m/s)"; or empty
  ColumnKind kind = ColumnKind::continuous;
  bool numeric = true;  ///< numbers stand in the file, else words
  double low = 0.0;     ///< the least and the greatest number
  double high = 0.0;
  std::int64_t distinct = 0;       ///< different values
  std::int64_t missing = 0;        ///< cells without one
  std::string missing_mark;        ///< as TableColumn::missing_mark
  NumberStyle style;               ///< as TableColumn::style
  std::vector<std::string> words;  ///< as TableColumn::words; of a column that is an id, none

  bool operator==(const ColumnSchema&) const = default;
};

struct Schema {
  Dialect dialect;
  std::int64_t rows = 0;  ///< of the table that it was found by
  std::vector<ColumnSchema> columns;

  bool operator==(const Schema&) const = default;
};

/// A numeric column of up to this many values that come again is a grid; of more, up to
/// `most_grid_values`, where each comes `grid_rows` times in the mean.
inline constexpr std::int64_t few_grid_values = 40;
inline constexpr std::int64_t most_grid_values = 256;
inline constexpr std::int64_t grid_rows = 50;

/// What the columns of `table` are, by their values: columns of words are boolean where they have
/// two of yes, no, true, false and the like, ids where no word comes twice in 20 rows or more, else
/// categorical; numbers are boolean where they are 0 and 1, ids where whole numbers count the rows,
/// a grid where few come again (see above), else integer or continuous. A column that is all
/// missing is ignored.
Schema infer_schema(const Table& table);

/// The schema as a table for people, with a histogram of each column; `blocks`: drawn by block
/// characters, which need UTF-8, else left out.
std::string schema_text(const Schema& schema, const Table& table, bool blocks);

}  // namespace vgan
