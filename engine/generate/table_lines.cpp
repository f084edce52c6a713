#include "engine/generate/table_lines.hpp"

#include <algorithm>
#include <cmath>

#include "engine/data/number_style.hpp"
#include "engine/data/table_cell.hpp"
#include "engine/data/writers/cell_text.hpp"

namespace vgan {
namespace {

constexpr int more_digits = 3;  // than the column has
constexpr int most_decimals = 15, most_digits = 17;

}  // namespace

NumberForm NumberForm::of(const ColumnSchema& column) {
  if (!column.format.empty()) return {DateFormat::of(column.format), {}};
  NumberStyle style = column.style;
  style.least_decimals = 0;
  style.most_decimals = std::min(cell_decimals(column) + more_digits, most_decimals);
  style.digits = std::clamp(style.digits + more_digits, 1, most_digits);
  return {std::nullopt, style};
}

NumberForm NumberForm::of_decimals(int decimals) {
  NumberStyle style;
  style.most_decimals = decimals;
  return {std::nullopt, style};
}

void TableLines::add_word(const std::string& word) {
  between();
  append_word(text_, word, dialect_, dialect_.quoted_words);
}

void TableLines::add_number(double number, const NumberForm& form) {
  if (std::isnan(number)) return add_nothing();
  if (form.date) return add_word(form.date->write(number));
  between();
  const std::size_t begin = text_.size();
  const NumberStyle& style = form.style;
  append_number(text_, style.exponents ? number : rounded_to(number, style.most_decimals), style,
                false);
  spell_decimal(text_, begin, dialect_);
}

void TableLines::add_spelt(const std::string& number) {
  between();
  const std::size_t begin = text_.size();
  text_ += number;
  spell_decimal(text_, begin, dialect_);
}

void TableLines::add_nothing() {
  between();
  append_no_value(text_, dialect_, false);
}

void TableLines::add_given(std::int64_t row, const GivenRows& given, const Schema& schema) {
  for (const std::size_t index : given.columns()) {
    const ColumnSchema& column = schema.columns[index];
    const std::string text = given.text(row, index, schema);
    if (std::isnan(given.value(row, index))) {
      add_nothing();
    } else if (column.numeric && column.format.empty()) {
      add_spelt(text);
    } else {
      add_word(text);
    }
  }
}

std::string TableLines::header(const std::vector<std::string>& names) {
  for (const std::string& name : names) add_word(name);
  return (dialect_.byte_order_mark ? std::string(byte_order_mark) : "") + take();
}

std::string TableLines::take() {
  text_ += line_end(dialect_);
  first_ = true;
  return std::exchange(text_, {});
}

void TableLines::between() {
  if (!first_) append_delimiter(text_, dialect_);
  first_ = false;
}

void ColumnNames::add(std::string name) {
  while (std::find(names_.begin(), names_.end(), name) != names_.end()) name += other_;
  names_.push_back(std::move(name));
}

}  // namespace vgan
