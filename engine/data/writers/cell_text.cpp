#include "engine/data/writers/cell_text.hpp"

#include <algorithm>

namespace vgan {

void append_word(std::string& text, std::string_view word, const Dialect& dialect,
                 bool always_quoted) {
  const bool needed = word.empty() || is_blank(word.front()) || is_blank(word.back()) ||
                      word.find_first_of("\"\r\n") != std::string_view::npos ||
                      word.find(dialect.delimiter) != std::string_view::npos ||
                      word.front() == '#' || word.front() == '%' ||  // no comment
                      (dialect.delimiter == ' ' && word.find('\t') != std::string_view::npos);
  if (!needed && !always_quoted) {
    text += word;
    return;
  }
  text += '"';
  for (const char c : word) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

void spell_decimal(std::string& text, std::size_t begin, const Dialect& dialect) {
  if (dialect.decimal == '.') return;
  std::replace(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), '.', dialect.decimal);
  // Where commas stand between cells, a number with one is a quoted cell.
  if (text.find(dialect.delimiter, begin) == std::string::npos) return;
  text.insert(begin, 1, '"');
  text += '"';
}

void append_delimiter(std::string& text, const Dialect& dialect) {
  text += dialect.delimiter;
  if (dialect.blank_after) text += ' ';
}

void append_no_value(std::string& text, const Dialect& dialect, bool alone) {
  if (dialect.delimiter == ' ') {
    text += "NA";
  } else if (alone) {
    text += "\"\"";
  }
}

const char* line_end(const Dialect& dialect) { return dialect.crlf ? "\r\n" : "\n"; }

}  // namespace vgan
