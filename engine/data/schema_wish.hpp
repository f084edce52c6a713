// What a user says of a table's columns, in place of what is found by looking at them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/column_kind.hpp"

namespace vgan {

/// A value as the user gives it: a number, or a text, such as a word or a date.
struct WishedValue {
  std::string text;              ///< of a number as well, in its shortest form
  std::optional<double> number;  ///< nothing: it is a text

  bool operator==(const WishedValue&) const = default;
};

/// What is said of one column, or of the columns of a curve; what is left out is found by looking.
struct ColumnWish {
  std::string name;   ///< as TableColumn::name, or "PREFIX*" of a curve, see curve_block.hpp
  std::string place;  ///< "schema.toml:12", where it is said: for messages
  std::optional<ColumnKind> kind;
  std::optional<ColumnRole> role;
  std::optional<std::string> unit;
  std::optional<std::string> format;  ///< of dates and times, see date_format.hpp
  std::optional<WishedValue> low, high;
  std::optional<int> decimals;                      ///< 0 to 15
  std::optional<std::vector<std::string>> missing;  ///< marks; the first is written
  std::optional<std::vector<WishedValue>> values;   ///< all there are, of words in their order
  std::optional<std::string> derive;                ///< the formula that it is, see formula.hpp

  bool operator==(const ColumnWish&) const = default;
};

/// What must hold in every row, see constraint_text.hpp.
struct ConstraintWish {
  std::string text;
  std::string place;  ///< "schema.toml:3", where it is said: for messages
  /// The combinations that are known already, as Constraints::Combination::seen has them; empty:
  /// they are found in the rows.
  std::vector<std::vector<std::int32_t>> seen;

  bool operator==(const ConstraintWish&) const = default;
};

struct SchemaWish {
  std::string origin;  ///< the file it is from: for messages
  std::vector<ColumnWish> columns;
  std::vector<ConstraintWish> constraints = {};
  bool of_tables_alone = false;  ///< passed over for data that are no table, which else are refused

  bool empty() const { return columns.empty() && constraints.empty(); }
};

}  // namespace vgan
