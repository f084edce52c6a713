#include "engine/generate/prediction_file.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "engine/data/date_format.hpp"
#include "engine/data/number_style.hpp"
#include "engine/data/table_cell.hpp"
#include "engine/data/writers/cell_text.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"

namespace vgan {
namespace {

constexpr int more_digits = 3;  // than the column has
constexpr int most_decimals = 15, most_digits = 17;
constexpr int probability_decimals = 4;

/// Makes lines out of cells.
class Lines {
 public:
  explicit Lines(const Dialect& dialect) : dialect_(dialect) {}

  void add_word(const std::string& word) {
    between();
    append_word(text_, word, dialect_, dialect_.quoted_words);
  }
  void add_number(double number, const NumberStyle& style) {
    between();
    const std::size_t begin = text_.size();
    append_number(text_, style.exponents ? number : rounded_to(number, style.most_decimals), style,
                  false);
    spell_decimal(text_, begin, dialect_);
  }
  /// A number that is text already, with a decimal point.
  void add_spelt(const std::string& number) {
    between();
    const std::size_t begin = text_.size();
    text_ += number;
    spell_decimal(text_, begin, dialect_);
  }
  void add_nothing() {
    between();
    append_no_value(text_, dialect_, false);
  }
  /// The line, whose end it has.
  std::string take() {
    text_ += line_end(dialect_);
    first_ = true;
    return std::exchange(text_, {});
  }

 private:
  void between() {
    if (!first_) append_delimiter(text_, dialect_);
    first_ = false;
  }

  Dialect dialect_;
  std::string text_;
  bool first_ = true;
};

const ColumnSchema& column_named(const std::string& name, const Schema& schema) {
  return *std::find_if(schema.columns.begin(), schema.columns.end(),
                       [&](const ColumnSchema& column) { return column.name == name; });
}

/// How the numbers of a column are written.
struct NumberForm {
  std::optional<DateFormat> date;
  NumberStyle style;
};

NumberForm form_of(const ColumnSchema& column) {
  if (!column.format.empty()) return {DateFormat::of(column.format), {}};
  NumberStyle style = column.style;
  style.least_decimals = 0;
  style.most_decimals = std::min(cell_decimals(column) + more_digits, most_decimals);
  style.digits = std::clamp(style.digits + more_digits, 1, most_digits);
  return {std::nullopt, style};
}

void add_given(Lines& lines, std::int64_t row, const GivenRows& given, const Schema& schema) {
  for (const std::size_t index : given.columns()) {
    const ColumnSchema& column = schema.columns[index];
    const std::string text = given.text(row, index, schema);
    if (std::isnan(given.value(row, index))) {
      lines.add_nothing();
    } else if (column.numeric && column.format.empty()) {
      lines.add_spelt(text);
    } else {
      lines.add_word(text);
    }
  }
}

void add_numbers(Lines& lines, std::size_t row, const PredictResult::Numbers& numbers,
                 const NumberForm& form) {
  for (const auto* of : {&numbers.mean, &numbers.median, &numbers.low, &numbers.high}) {
    const double number = (*of)[row];
    if (std::isnan(number)) {
      lines.add_nothing();
    } else if (form.date) {
      lines.add_word(form.date->write(number));
    } else {
      lines.add_number(number, form.style);
    }
  }
}

std::vector<std::string> names_of(const GivenRows& given, const Schema& schema,
                                  const PredictResult& result) {
  std::vector<std::string> names;
  for (const std::size_t column : given.columns()) names.push_back(schema.columns[column].name);
  const auto add = [&](std::string name) {
    while (std::find(names.begin(), names.end(), name) != names.end()) name += "_predicted";
    names.push_back(std::move(name));
  };
  for (const auto& numbers : result.numbers) {
    for (const char* end : {"_mean", "_median", "_low", "_high"}) add(numbers.name + end);
  }
  for (const auto& words : result.words) {
    add(words.name);
    add(words.name + "_probability");
  }
  add("support");
  return names;
}

}  // namespace

void write_predictions(const std::string& out, const GivenRows& given, const Schema& schema,
                       PredictResult& result) {
  const Dialect dialect = dialect_for(schema.dialect, ending_of(out));
  Output output(out, "cannot write predictions");
  Lines lines(dialect);
  const auto put_line = [&] {
    const std::string line = lines.take();
    output.put(line.data(), line.size());
  };
  if (dialect.byte_order_mark) output.put(byte_order_mark.data(), byte_order_mark.size());
  const std::vector<std::string> names = names_of(given, schema, result);
  for (const std::string& name : names) lines.add_word(name);
  put_line();
  std::vector<NumberForm> forms;
  for (const auto& numbers : result.numbers) {
    forms.push_back(form_of(column_named(numbers.name, schema)));
  }
  NumberStyle probability;
  probability.most_decimals = probability_decimals;
  for (std::int64_t row = 0; row < given.rows(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    add_given(lines, row, given, schema);
    for (std::size_t i = 0; i < forms.size(); ++i) {
      add_numbers(lines, at, result.numbers[i], forms[i]);
    }
    for (const auto& words : result.words) {
      if (std::isnan(words.probability[at])) {
        lines.add_nothing();
        lines.add_nothing();
      } else {
        lines.add_word(words.word[at]);
        lines.add_number(words.probability[at], probability);
      }
    }
    lines.add_word(to_text(result.support[at]));
    put_line();
  }
  output.finish();
  result.columns = std::ssize(names);
}

}  // namespace vgan
