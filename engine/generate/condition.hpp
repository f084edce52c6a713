// "Velocity>=55": a column of a table by its name, a sign, and what stands behind it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/data/schema.hpp"

namespace vgan {

/// The text without blanks before and behind it.
std::string_view without_blanks(std::string_view text);

/// The number that `text` says of a column of numbers or of dates; nothing where it says none.
std::optional<double> column_number(const std::string& text, const ColumnSchema& column);

/// A name of the schema, its unit left out or not, with a sign behind it.
struct ConditionStart {
  struct Range {
    bool above, equal;
  };
  std::size_t column = 0;
  std::size_t length = 0;      ///< of name and sign, in bytes
  std::optional<Range> range;  ///< of >=, <=, > and <; nothing: of =
};

/// How `text` starts; a name may have any letters, and of two that fit the longer one is meant.
/// Nothing where no name with a sign stands there.
std::optional<ConditionStart> start_of_condition(std::string_view text, const Schema& schema);

}  // namespace vgan
