// How a number would be spelt that a file holds in binary.
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>

#include "engine/data/readers/number_cell.hpp"

namespace vgan {

/// The cell of the shortest spelling that reads back to the same number of its type, or of all
/// digits of a whole one.
template <class Number>
NumberCell spelt(Number number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), number);
  NumberCell cell;
  read_number_cell(std::string_view(text, static_cast<std::size_t>(end.ptr - text)), '.', cell);
  return cell;
}

}  // namespace vgan
