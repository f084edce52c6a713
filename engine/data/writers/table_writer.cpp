#include "engine/data/writers/table_writer.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/data/number_style.hpp"

namespace vgan {
namespace {

const char* line_end(const Dialect& dialect) { return dialect.crlf ? "\r\n" : "\n"; }

}  // namespace

TableWriter::TableWriter(const Schema& schema, const Dialect& dialect, std::uint64_t first)
    : schema_(&schema), dialect_(dialect), decoder_(schema), row_(first) {
  for (const ColumnSchema& column : schema.columns) {
    formats_.push_back(column.format.empty() ? std::nullopt : DateFormat::of(column.format));
  }
}

std::string TableWriter::begin() const {
  std::string text = dialect_.byte_order_mark ? std::string(byte_order_mark) : "";
  if (!dialect_.header) return text;
  for (std::size_t i = 0; i < schema_->columns.size(); ++i) {
    if (i > 0) add_delimiter(text);
    add_word(text, schema_->columns[i].name, dialect_.quoted_words);
  }
  return text + line_end(dialect_);
}

std::string_view TableWriter::lines(std::span<const double> numbers) {
  text_.clear();
  for (; !numbers.empty(); numbers = numbers.subspan(decoder_.size())) {
    const auto& cells = decoder_.decode(numbers.first(decoder_.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) add_delimiter(text_);
      const ColumnSchema& column = schema_->columns[i];
      if (column.kind == ColumnKind::id && column.numeric) {
        append_fixed(text_, column.low + static_cast<double>(row_), 0);
      } else if (cells[i].missing) {
        add_missing(column);
      } else if (formats_[i]) {
        add_word(text_, formats_[i]->write(cells[i].number), dialect_.quoted_words);
      } else if (column.numeric) {
        add_number(column, cells[i].number);
      } else {
        add_word(text_, column.words[cells[i].word], dialect_.quoted_words);
      }
    }
    text_ += line_end(dialect_);
    ++row_;
  }
  return text_;
}

// Nothing at all is no cell where blanks are between cells, nor where a line would be empty.
void TableWriter::add_missing(const ColumnSchema& column) {
  if (!column.missing_mark.empty()) {
    add_word(text_, column.missing_mark, false);
  } else if (dialect_.delimiter == ' ') {
    text_ += "NA";
  } else if (schema_->columns.size() == 1) {
    text_ += "\"\"";
  }
}

void TableWriter::add_number(const ColumnSchema& column, double number) {
  const std::size_t begin = text_.size();
  append_number(text_, number, column.style, !column.values.empty());
  if (dialect_.decimal == '.') return;
  std::replace(text_.begin() + static_cast<std::ptrdiff_t>(begin), text_.end(), '.',
               dialect_.decimal);
  // Where commas stand between cells, a number with one is a quoted cell.
  if (text_.find(dialect_.delimiter, begin) == std::string::npos) return;
  text_.insert(begin, 1, '"');
  text_ += '"';
}

void TableWriter::add_word(std::string& text, std::string_view word, bool always_quoted) const {
  const bool needed = word.empty() || is_blank(word.front()) || is_blank(word.back()) ||
                      word.find_first_of("\"\r\n") != std::string_view::npos ||
                      word.find(dialect_.delimiter) != std::string_view::npos ||
                      word.front() == '#' || word.front() == '%' ||  // no comment
                      (dialect_.delimiter == ' ' && word.find('\t') != std::string_view::npos);
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

void TableWriter::add_delimiter(std::string& text) const {
  text += dialect_.delimiter;
  if (dialect_.blank_after) text += ' ';
}

Dialect dialect_for(const Dialect& data, const std::string& ending) {
  Dialect dialect = data;
  if (ending == ".tsv") {
    dialect.delimiter = '\t';
  } else if (ending == ".csv" && (data.delimiter == '\t' || data.delimiter == ' ')) {
    dialect.delimiter = ',';
    dialect.decimal = '.';
  }
  if (dialect.delimiter != data.delimiter) dialect.blank_after = false;
  return dialect;
}

}  // namespace vgan
