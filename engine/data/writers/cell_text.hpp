// Cells of a table as text, in a dialect.
#pragma once

#include <string>
#include <string_view>

#include "engine/data/dialect.hpp"

namespace vgan {

/// Puts `word` behind `text`, in quotes where the dialect needs them or `always_quoted` asks for
/// them.
void append_word(std::string& text, std::string_view word, const Dialect& dialect,
                 bool always_quoted);
/// Gives the number that stands behind place `begin` of `text` the dialect's decimal mark, and
/// quotes where that mark stands between cells too.
void spell_decimal(std::string& text, std::size_t begin, const Dialect& dialect);
/// Puts what stands between two cells behind `text`.
void append_delimiter(std::string& text, const Dialect& dialect);
/// Puts an empty cell behind `text`. Nothing at all is no cell where blanks are between cells, nor
/// where a line would be empty (`alone`).
void append_no_value(std::string& text, const Dialect& dialect, bool alone);
/// What stands at the end of a line.
const char* line_end(const Dialect& dialect);

}  // namespace vgan
