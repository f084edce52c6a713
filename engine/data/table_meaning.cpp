#include "engine/data/table_meaning.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/curve_block.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/missing_number.hpp"
#include "engine/data/number_style.hpp"
#include "engine/data/readers/dialect_guess.hpp"
#include "engine/data/readers/number_cell.hpp"

namespace vgan {
namespace {

constexpr const char* what = "a table does not agree with its schema";
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

std::string quoted(const std::string& text) { return "'" + shortened(text) + "'"; }

std::string as_said(const std::string& allowed, const ColumnWish& wish) {
  return allowed + ", as " + wish.place + " says";
}

// Nothing where `text` is no number, or beyond a double.
std::optional<double> number_of(std::string_view text, char decimal) {
  NumberCell cell;
  if (read_number_cell(text, decimal, cell) != CellReading::number) return std::nullopt;
  return cell.value;
}

/// One column of a table beside what the user says of it.
class Meaning {
 public:
  Meaning(Table& table, std::size_t index)
      : table_(table), index_(index), column_(table.columns[index]), wish_(column_.wish) {}

  void give() {
    if (wish_.kind == ColumnKind::ignored) return;
    const std::optional<bool> numeric = wished_numeric(wish_);
    if (numeric && *numeric && !column_.numeric) make_numbers();
    if (numeric && !*numeric && column_.numeric && column_.format.empty()) make_words();
    take_marks();
    if (!column_.numeric) read_dates();
    if (!wish_.missing) find_marks();
    if (column_.numeric) return check_numbers();
    if (wish_.low || wish_.high || wish_.decimals) {
      refuse_wish("low, high or decimals of words", "them for numbers and dates",
                  "leave them out, or give the column another kind");
    }
    order_words();
  }

 private:
  [[noreturn]] void refuse(std::int64_t row, const std::string& found, const std::string& allowed,
                           const std::string& remedy) const {
    throw Error(ErrorCode::bad_data,
                {what, table_.cell_place(row, index_), found, as_said(allowed, wish_), remedy});
  }
  [[noreturn]] void refuse_wish(const std::string& found, const std::string& allowed,
                                const std::string& remedy) const {
    throw Error(
        ErrorCode::bad_config,
        {"bad schema", wish_.place + ", column " + quoted(wish_.name), found, allowed, remedy});
  }

  std::int64_t first_row_of(std::size_t word) const {
    const auto at =
        std::find(column_.cells.begin(), column_.cells.end(), static_cast<std::int32_t>(word));
    return at - column_.cells.begin();
  }

  void note(const std::string& line) const {
    table_.notes.push_back(column_place(table_.source, index_, column_.name) + ": " + line);
  }

  // `of_word` has the number of each word.
  void take_numbers(const std::vector<double>& of_word) {
    column_.numbers.clear();
    for (const std::int32_t cell : column_.cells) {
      column_.numbers.push_back(cell < 0 ? no_value : of_word[static_cast<std::size_t>(cell)]);
    }
    column_.numeric = true;
    column_.cells = {};
    column_.words = {};
  }

  void make_numbers() {
    std::vector<double> numbers;
    for (std::size_t word = 0; word < column_.words.size(); ++word) {
      const std::string& text = column_.words[word];
      NumberCell cell;
      if (read_number_cell(text, table_.dialect.decimal, cell) != CellReading::number) {
        refuse(first_row_of(word), quoted(text), "a number",
               "correct the cell, name it in missing, or give the column another kind");
      }
      numbers.push_back(cell.value);
      NumberStyle& style = column_.style;
      style.least_decimals =
          word == 0 ? cell.decimals : std::min(style.least_decimals, cell.decimals);
      style.most_decimals = std::max(style.most_decimals, cell.decimals);
      style.digits = std::max(style.digits, cell.digits);
      style.exponents = style.exponents || cell.exponent || cell.decimals > 17;
    }
    take_numbers(numbers);
  }

  // Numbers of a file that has them as such, in the order of their size.
  void make_words() {
    std::vector<double> values;
    for (const double number : column_.numbers) {
      if (!std::isnan(number)) values.push_back(number);
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (const double number : column_.numbers) {
      const auto at = std::lower_bound(values.begin(), values.end(), number) - values.begin();
      column_.cells.push_back(std::isnan(number) ? -1 : static_cast<std::int32_t>(at));
    }
    for (const double value : values) {
      append_number(column_.words.emplace_back(), value, column_.style, true);
    }
    column_.numeric = false;
    column_.numbers = {};
  }

  // Words become those of `order`; `place` says which each word there was is, -1 a missing cell.
  void renumber(std::vector<std::string> order, const std::vector<std::int32_t>& place) {
    for (std::int32_t& cell : column_.cells) {
      if (cell < 0) continue;
      cell = place[static_cast<std::size_t>(cell)];
      if (cell < 0) ++column_.missing;
    }
    column_.words = std::move(order);
  }

  // The user's marks, which the reader of a text file knows already.
  void take_marks() {
    if (!wish_.missing) return;
    const std::vector<std::string>& marks = *wish_.missing;
    column_.marks.clear();
    std::copy_if(marks.begin(), marks.end(), std::back_inserter(column_.marks),
                 [](const std::string& mark) { return !is_missing_text(mark); });
    if (!marks.empty()) column_.missing_mark = marks.front();
    const auto is_mark = [&](const std::string& word) {
      return std::find(column_.marks.begin(), column_.marks.end(), word) != column_.marks.end();
    };
    if (column_.numeric) {
      for (const std::string& mark : column_.marks) {
        if (const auto number = number_of(mark, table_.dialect.decimal)) {
          make_missing(column_, *number);
        }
      }
    } else if (std::any_of(column_.words.begin(), column_.words.end(), is_mark)) {
      std::vector<std::string> kept;
      std::vector<std::int32_t> place;
      for (const std::string& word : column_.words) {
        place.push_back(is_mark(word) ? -1 : static_cast<std::int32_t>(kept.size()));
        if (!is_mark(word)) kept.push_back(word);
      }
      renumber(std::move(kept), place);
    }
  }

  void find_marks() {
    while (const std::optional<double> number = find_missing_number(column_)) {
      make_missing(column_, *number);
      append_number(column_.marks.emplace_back(), *number, column_.style, true);
      if (column_.missing_mark.empty()) column_.missing_mark = column_.marks.back();
    }
  }

  void read_dates() {
    std::optional<DateFormat> format;
    if (wish_.kind == ColumnKind::datetime && wish_.format) {
      format = DateFormat::of(*wish_.format);
    } else if (!wish_.kind || wish_.kind == ColumnKind::datetime) {
      DateGuess guess = guess_date_format(column_.words);
      format = std::move(guess.format);
      const std::string several = alternatives(guess.alternatives);
      if (!several.empty() && !wish_.kind) {
        note("dates that may be " + several +
             " are taken for words; kind and format in a file for --schema say which");
      }
      if (!format && wish_.kind) {
        refuse_wish(several.empty() ? "no format" : "dates that may be " + several,
                    "format = \"DD.MM.YYYY\" and the like, which all of its cells have", "");
      }
    }
    if (!format) return;
    std::vector<double> numbers;
    for (std::size_t word = 0; word < column_.words.size(); ++word) {
      const std::optional<double> number = format->read(column_.words[word]);
      if (!number) {
        refuse(first_row_of(word), quoted(column_.words[word]),
               "a date or time as " + format->pattern(), "correct the cell, or format");
      }
      numbers.push_back(*number);
    }
    take_numbers(numbers);
    column_.format = format->pattern();
    column_.style = {format->decimals(), format->decimals(), 17, false};
  }

  // Which of the user's values a word is; their number where it is none.
  std::size_t value_of(const std::string& word) const {
    const std::vector<WishedValue>& values = *wish_.values;
    const std::optional<double> number = number_of(word, table_.dialect.decimal);
    const auto find = [&](const auto& is) {
      return static_cast<std::size_t>(std::find_if(values.begin(), values.end(), is) -
                                      values.begin());
    };
    const std::size_t same = find([&](const WishedValue& value) { return value.text == word; });
    if (same < values.size() || !number) return same;
    return find([&](const WishedValue& value) { return value.number == number; });
  }

  void order_words() {
    if (wish_.values) return order_by_values();
    if (wish_.kind != ColumnKind::ordinal) return;
    std::vector<std::pair<double, std::size_t>> numbers;
    for (std::size_t word = 0; word < column_.words.size(); ++word) {
      const auto number = number_of(column_.words[word], table_.dialect.decimal);
      if (!number) {
        refuse_wish("no values",
                    "values = [\"low\", \"middle\", \"high\"] and the like, in their order",
                    "it has " + list_text(column_.words, "and more"));
      }
      numbers.emplace_back(*number, word);
    }
    std::sort(numbers.begin(), numbers.end());
    std::vector<std::string> order;
    std::vector<std::int32_t> place(numbers.size());
    for (const auto& [number, word] : numbers) {
      place[word] = static_cast<std::int32_t>(order.size());
      order.push_back(column_.words[word]);
    }
    renumber(std::move(order), place);
  }

  void order_by_values() {
    const std::vector<WishedValue>& values = *wish_.values;
    std::vector<std::string> order(values.size());
    std::vector<std::int32_t> place;
    std::vector<bool> seen(values.size());
    for (std::size_t word = 0; word < column_.words.size(); ++word) {
      const std::string& text = column_.words[word];
      const std::size_t value = value_of(text);
      if (value == values.size()) {
        std::vector<std::string> texts;
        for (const WishedValue& one : values) texts.push_back(one.text);
        refuse(first_row_of(word), quoted(text), list_text(texts, "..."),
               "correct the cell, or add it to values or to missing");
      }
      if (!seen[value]) order[value] = text;
      seen[value] = true;
      place.push_back(static_cast<std::int32_t>(value));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!seen[i]) order[i] = values[i].text;
    }
    renumber(std::move(order), place);
  }

  static std::string list_text(const std::vector<std::string>& words, const char* rest) {
    constexpr std::size_t most = 8;
    std::vector<std::string> first;
    for (std::size_t i = 0; i < std::min(most, words.size()); ++i) {
      first.push_back(shortened(words[i]));
    }
    if (words.size() > most) first.emplace_back(rest);
    return joined(first);
  }

  std::string text_of(double number) const {
    return column_.format.empty() ? exact_text(number)
                                  : DateFormat::of(column_.format)->write(number);
  }

  // A bound or value of the user's as a number of this column.
  double said(const WishedValue& value, const char* key) const {
    std::optional<double> number = value.number;
    if (!column_.format.empty()) number = DateFormat::of(column_.format)->read(value.text);
    if (!number) {
      refuse_wish(std::string(key) + " = " + quoted(value.text),
                  column_.format.empty() ? "a number" : "a date or time as " + column_.format, "");
    }
    return *number;
  }

  template <class Fits>
  void require(Fits&& fits, const std::string& allowed, const std::string& remedy) const {
    for (std::size_t row = 0; row < column_.numbers.size(); ++row) {
      const double number = column_.numbers[row];
      if (std::isnan(number) || fits(number)) continue;
      refuse(static_cast<std::int64_t>(row), text_of(number), allowed, remedy);
    }
  }

  void check_numbers() const {
    if (wish_.kind == ColumnKind::integer) {
      require([](double number) { return number == std::floor(number); }, "a whole number",
              "correct the cell, or make the column continuous");
    }
    const double low = wish_.low ? said(*wish_.low, "low") : -HUGE_VAL;
    const double high = wish_.high ? said(*wish_.high, "high") : HUGE_VAL;
    if (low > high) {
      refuse_wish("low " + text_of(low) + " above high " + text_of(high), "low up to high", "");
    }
    if (wish_.low || wish_.high) {
      require([&](double number) { return number >= low && number <= high; },
              wish_.low && wish_.high ? text_of(low) + " to " + text_of(high)
              : wish_.low             ? text_of(low) + " or more"
                                      : "up to " + text_of(high),
              "correct the cell, widen low and high, or name the value in missing");
    }
    if (wish_.decimals && column_.format.empty()) {
      require([&](double number) { return rounded_to(number, *wish_.decimals) == number; },
              "up to " + counted(*wish_.decimals, "decimal"), "round the cell, or allow more");
    }
    if (wish_.values) {
      std::vector<double> values;
      std::vector<std::string> texts;
      for (const WishedValue& value : *wish_.values) {
        values.push_back(said(value, "values"));
        texts.push_back(value.text);
      }
      std::sort(values.begin(), values.end());
      require(
          [&](double number) { return std::binary_search(values.begin(), values.end(), number); },
          list_text(texts, "..."), "correct the cell, or add it to values or to missing");
    }
  }

  Table& table_;
  std::size_t index_;
  TableColumn& column_;
  const ColumnWish& wish_;
};

bool matches(const ColumnWish& wish, std::string_view name) {
  if (!wish.name.ends_with('*')) return false;
  const std::string_view prefix = std::string_view(wish.name).substr(0, wish.name.size() - 1);
  if (!name.starts_with(prefix)) return false;
  const std::string_view digits = name.substr(prefix.size());
  return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// A curve is columns side by side, whose numbers count on.
void require_curve(const Table& table, const ColumnWish& wish) {
  std::vector<std::string> names;
  std::size_t count = 0;
  for (const TableColumn& column : table.columns) {
    const bool of_it = column.wish == wish;
    names.push_back(of_it ? column.name : "");
    count += of_it ? 1 : 0;
  }
  const std::vector<CurveBlock> blocks = numbered_columns(names);
  if (blocks.size() == 1 && blocks[0].count == count) return;
  throw Error(ErrorCode::bad_data,
              {what, table.source + ", columns '" + wish.name + "'",
               blocks.size() < 2 ? "too few that count on side by side"
                                 : counted(blocks.size(), "run") + " of columns",
               as_said("two columns or more side by side, whose numbers count on", wish),
               "give them other kinds, or put them side by side"});
}

void assign(Table& table, const SchemaWish& wish) {
  std::vector<std::string> names;
  for (TableColumn& column : table.columns) {
    names.push_back(column.name);
    if (const ColumnWish* found = wish_for(wish, column.name)) column.wish = *found;
  }
  for (const ColumnWish& one : wish.columns) {
    const bool used = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name == one.name || matches(one, name);
    });
    if (!used) {
      throw Error(ErrorCode::bad_data,
                  {what, table.source, "no column " + quoted(one.name),
                   as_said("the names of its columns, or PREFIX* of numbered ones", one),
                   suggestion(one.name, names)});
    }
    if (one.kind == ColumnKind::curve) require_curve(table, one);
  }
}

// Says which numbers were found to stand for no value, a mark a line.
void note_marks(Table& table) {
  std::map<std::string, std::vector<std::string>> columns_of;
  for (const TableColumn& column : table.columns) {
    if (column.wish.missing) continue;
    for (const std::string& mark : column.marks) columns_of[mark].push_back(shortened(column.name));
  }
  for (auto& [mark, columns] : columns_of) {
    constexpr std::size_t most = 5;
    const std::size_t more = columns.size() - std::min(columns.size(), most);
    columns.resize(columns.size() - more);
    table.notes.push_back(table.source + ": " + mark + " is taken for no value in " +
                          joined(columns) +
                          (more > 0 ? " and " + counted(more, "further column") : "") +
                          "; missing = [] in a file for --schema says otherwise");
  }
}

}  // namespace

const ColumnWish* wish_for(const SchemaWish& wish, std::string_view name) {
  const ColumnWish* found = nullptr;
  for (const ColumnWish& one : wish.columns) {
    if (one.name == name) return &one;
    if (found == nullptr && matches(one, name)) found = &one;
  }
  return found;
}

std::optional<bool> wished_numeric(const ColumnWish& wish) {
  if (!wish.kind) return std::nullopt;
  switch (*wish.kind) {
    case ColumnKind::continuous:
    case ColumnKind::integer:
    case ColumnKind::grid:
    case ColumnKind::curve: return true;
    case ColumnKind::categorical:
    case ColumnKind::ordinal:
    case ColumnKind::datetime: return false;
    case ColumnKind::boolean:
      if (!wish.values) return std::nullopt;
      return std::all_of(wish.values->begin(), wish.values->end(),
                         [](const WishedValue& value) { return value.number.has_value(); });
    case ColumnKind::id:
    case ColumnKind::ignored: break;
  }
  return std::nullopt;
}

void give_meaning(Table& table, const SchemaWish& wish) {
  assign(table, wish);
  for (std::size_t i = 0; i < table.columns.size(); ++i) Meaning(table, i).give();
  note_marks(table);
}

}  // namespace vgan
