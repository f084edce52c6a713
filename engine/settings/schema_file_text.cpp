// A file of [[column]] blocks, written.
#include <algorithm>
#include <cmath>
#include <span>

#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/curve_block.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/settings/schema_file.hpp"
#include "engine/settings/schema_keys.hpp"
#include "engine/settings/toml_file.hpp"

namespace vgan {
namespace {

// A comment that says what a key is, in lines of one column below the other.
std::string about(const std::string& key, const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string left = "# " + (i == 0 ? key : "");
    left.resize(12, ' ');
    text += left + lines[i] + "\n";
  }
  return text;
}

template <WordSetting Enum>
std::vector<std::string> word_lines() {
  std::vector<std::string> lines;
  for (const Word<Enum>& word : WordTable<Enum>::table) {
    std::string line = word.text;
    line.resize(13, ' ');
    lines.push_back(line + word.help);
  }
  return lines;
}

std::string heading(const Schema& schema, const std::string& source) {
  const std::string table = printable(source);
  return "# The columns of " + table + ", " + grouped(schema.rows) +
         (schema.rows == 1 ? " row" : " rows") +
         ". Change what is wrong, then\n"
         "#   vgan_cuda schema TABLE --schema THIS_FILE    shows what it makes of the table\n"
         "#   vgan_cuda --data TABLE --schema THIS_FILE    trains by it\n"
         "# What is left out, a column or a key, is found by looking at the table; a key that a\n"
         "# column's kind has no use for is passed over.\n"
         "#\n" +
         about("name", {"as the table has it; t_* is all of t_0, t_1, t_2 and so on"}) +
         about("kind", word_lines<ColumnKind>()) + about("role", word_lines<ColumnRole>()) +
         about("unit", {"for people"}) +
         about("format",
               {"of a datetime: YYYY, MM, DD, HH, MM, SS, or M, D, H without zeros before them,",
                "such as DD.MM.YYYY, M/D/YYYY H:MM or YYYY-MM-DDTHH:MM:SSZ"}) +
         about("low, high", {"bounds: a cell beyond them is refused, and none is drawn"}) +
         about("decimals", {"digits behind the point: no cell has more, and none that is drawn"}) +
         about("missing",
               {"what stands for no value, beside empty cells, ?, NA, N/A, #N/A, nan, NaN, NULL,",
                "null and <NA>; the first is what is written"}) +
         about("values", {"all there are; of an ordinal, in their order"}) +
         about("derive",
               {"a formula of other columns, such as \"mass / volume\", that this one is"}) +
         "# Above all columns, what holds in every row may be listed, such as\n"
         "#   constraints = [\"low <= high\", \"sand + clay + silt = 100\", \"fixed(maker, "
         "model)\"]\n";
}

std::string number_text(double number) {
  const bool whole = number == std::floor(number) && std::fabs(number) < 1e15;
  std::string text = whole ? fixed_text(number, 0) : exact_text(number);
  if (text.find_first_of(".e") == std::string::npos && !whole) text += ".0";
  return text == "-0" ? "0" : text;
}

std::string list_text(const std::vector<std::string>& items) {
  constexpr std::size_t width = 90;
  std::string text = "[", line;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = items[i] + (i + 1 < items.size() ? "," : "");
    if (!line.empty() && line.size() + item.size() + 1 > width) {
      text += line + "\n  ";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + item;
  }
  return text + line + "]";
}

/// Writes the block of one column, or of the curve that begins with it.
class BlockWriter {
 public:
  BlockWriter(const Schema& schema, std::size_t index, const CurveBlock* curve)
      : schema_(schema), column_(schema.columns[index]), curve_(curve) {}

  std::string text() {
    line("name", toml_string(curve_ == nullptr ? column_.name : curve_->pattern()));
    line("kind", toml_string(to_text(column_.kind)));
    line("role", toml_string(to_text(column_.role)));
    if (!column_.drawn()) return std::move(text_);
    line("unit", toml_string(column_.unit));
    line("format", toml_string(column_.format));
    const Constraints::Derived* const derived = schema_.constraints.derived_at(index());
    if (column_.numeric && column_.values.empty() && derived == nullptr) {
      line("low", number(column_.low));
      line("high", number(column_.high));
    }
    if (column_.numeric && !column_.style.exponents && column_.style.most_decimals <= 15) {
      line("decimals", std::to_string(column_.style.most_decimals));
    }
    line("missing", list_text(marks()));
    if (derived != nullptr) {
      line("derive", toml_string(derived->formula));
      return std::move(text_);
    }
    add_values();
    return std::move(text_);
  }

 private:
  void line(const char* key, const std::string& value) {
    if (is_used(key, column_.kind)) text_ += std::string(key) + " = " + value + "\n";
  }

  std::string number(double value) const {
    if (column_.format.empty()) return number_text(value);
    return toml_string(DateFormat::of(column_.format)->write(value));
  }

  std::vector<std::string> marks() const {
    const auto columns = std::span(schema_.columns)
                             .subspan(curve_ == nullptr ? index() : curve_->first,
                                      curve_ == nullptr ? 1 : curve_->count);
    const bool missing = std::any_of(columns.begin(), columns.end(),
                                     [](const ColumnSchema& column) { return column.missing > 0; });
    std::vector<std::string> marks;
    if (missing) marks.push_back(toml_string(column_.missing_mark));
    for (const std::string& mark : column_.marks) {
      if (!missing || mark != column_.missing_mark) marks.push_back(toml_string(mark));
    }
    return marks;
  }

  std::size_t index() const { return static_cast<std::size_t>(&column_ - schema_.columns.data()); }

  void add_values() {
    std::vector<std::string> values;
    for (const double value : column_.values) values.push_back(number(value));
    for (const std::string& word : column_.words) values.push_back(toml_string(word));
    if (values.size() > most_words && column_.kind == ColumnKind::categorical) {
      text_ += "# " + grouped(std::uint64_t{values.size()}) + " values, too many to train on\n";
    } else if (!values.empty()) {
      line("values", list_text(values));
    }
  }

  const Schema& schema_;
  const ColumnSchema& column_;
  const CurveBlock* curve_;
  std::string text_;
};

}  // namespace

std::string schema_file_text(const Schema& schema, const std::string& source) {
  const std::vector<CurveBlock> curves = curve_blocks(schema);
  std::string text = heading(schema, source);
  if (!schema.constraints.texts.empty()) {
    std::vector<std::string> texts;
    for (const std::string& one : schema.constraints.texts) texts.push_back(toml_string(one));
    text += "\nconstraints = " + list_text(texts) + "\n";
  }
  auto curve = curves.begin();
  for (std::size_t i = 0; i < schema.columns.size();) {
    const bool of_curve = curve != curves.end() && curve->first == i;
    text += "\n[[column]]\n" + BlockWriter(schema, i, of_curve ? &*curve : nullptr).text();
    i += of_curve ? (curve++)->count : 1;
  }
  return text;
}

}  // namespace vgan
