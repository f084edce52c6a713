#include "engine/data/writers/table_writer.hpp"

#include "engine/base/number_text.hpp"
#include "engine/data/number_style.hpp"
#include "engine/data/writers/cell_text.hpp"

namespace vgan {

TableWriter::TableWriter(const Schema& schema, const Dialect& dialect, std::uint64_t first)
    : schema_(&schema), dialect_(dialect), decoder_(schema), row_(first) {
  for (const ColumnSchema& column : schema.columns) {
    formats_.push_back(column.format.empty() ? std::nullopt : DateFormat::of(column.format));
  }
}

std::string TableWriter::begin(std::string_view lead) const {
  std::string text = dialect_.byte_order_mark ? std::string(byte_order_mark) : "";
  if (!dialect_.header) return text;
  text += lead;
  for (std::size_t i = 0; i < schema_->columns.size(); ++i) {
    if (i > 0) append_delimiter(text, dialect_);
    append_word(text, schema_->columns[i].name, dialect_, dialect_.quoted_words);
  }
  return text + line_end(dialect_);
}

std::string_view TableWriter::lines(std::span<const double> numbers, const Lead& lead) {
  text_.clear();
  for (; !numbers.empty(); numbers = numbers.subspan(decoder_.size())) {
    if (lead) text_ += lead(row_);
    const auto& cells = decoder_.decode(numbers.first(decoder_.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) append_delimiter(text_, dialect_);
      const ColumnSchema& column = schema_->columns[i];
      if (column.kind == ColumnKind::id && column.numeric) {
        append_fixed(text_, column.low + static_cast<double>(row_), 0);
      } else if (cells[i].missing) {
        add_missing(column);
      } else if (formats_[i]) {
        append_word(text_, formats_[i]->write(cells[i].number), dialect_, dialect_.quoted_words);
      } else if (column.numeric) {
        add_number(column, cells[i].number);
      } else {
        append_word(text_, column.words[cells[i].word], dialect_, dialect_.quoted_words);
      }
    }
    text_ += line_end(dialect_);
    ++row_;
  }
  return text_;
}

void TableWriter::add_missing(const ColumnSchema& column) {
  if (column.missing_mark.empty()) {
    append_no_value(text_, dialect_, schema_->columns.size() == 1);
  } else {
    append_word(text_, column.missing_mark, dialect_, false);
  }
}

void TableWriter::add_number(const ColumnSchema& column, double number) {
  const std::size_t begin = text_.size();
  append_number(text_, number, column.style, !column.values.empty());
  spell_decimal(text_, begin, dialect_);
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
