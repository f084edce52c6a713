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
#include "engine/data/wished_column.hpp"

namespace vgan {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

/// Gives the cells of one column their meaning.
class Meaning : WishedColumn {
 public:
  using WishedColumn::WishedColumn;

  void give() {
    if (wish.kind == ColumnKind::ignored) return;
    const std::optional<bool> numeric = wished_numeric(wish);
    if (numeric && *numeric && !column.numeric) make_numbers();
    if (numeric && !*numeric && column.numeric && column.format.empty()) make_words();
    take_marks();
    if (!column.numeric) read_dates();
    if (!wish.missing) find_marks();
    if (column.numeric) return check_numbers(*this);
    if (wish.low || wish.high || wish.decimals) {
      refuse_wish("low, high or decimals of words", "them for numbers and dates",
                  "leave them out, or give the column another kind");
    }
    order_words(*this);
  }

 private:
  void note(const std::string& line) const {
    table.notes.push_back(column_place(table.source, index, column.name) + ": " + line);
  }

  // `of_word` has the number of each word.
  void take_numbers(const std::vector<double>& of_word) {
    column.numbers.clear();
    for (const std::int32_t cell : column.cells) {
      column.numbers.push_back(cell < 0 ? no_value : of_word[static_cast<std::size_t>(cell)]);
    }
    column.numeric = true;
    column.cells = {};
    column.words = {};
  }

  void make_numbers() {
    std::vector<double> numbers;
    for (std::size_t word = 0; word < column.words.size(); ++word) {
      const std::string& text = column.words[word];
      NumberCell cell;
      if (read_number_cell(text, table.dialect.decimal, cell) != CellReading::number) {
        refuse_word(word, "a number",
                    "correct the cell, name it in missing, or give the column another kind");
      }
      numbers.push_back(cell.value);
      NumberStyle& style = column.style;
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
    for (const double number : column.numbers) {
      if (!std::isnan(number)) values.push_back(number);
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (const double number : column.numbers) {
      const auto at = std::lower_bound(values.begin(), values.end(), number) - values.begin();
      column.cells.push_back(std::isnan(number) ? -1 : static_cast<std::int32_t>(at));
    }
    for (const double value : values) {
      append_number(column.words.emplace_back(), value, column.style, true);
    }
    column.numeric = false;
    column.numbers = {};
  }

  // The user's marks, which the reader of a text file knows already.
  void take_marks() {
    if (!wish.missing) return;
    const std::vector<std::string>& marks = *wish.missing;
    column.marks.clear();
    std::copy_if(marks.begin(), marks.end(), std::back_inserter(column.marks),
                 [](const std::string& mark) { return !is_missing_text(mark); });
    if (!marks.empty()) column.missing_mark = marks.front();
    const auto is_mark = [&](const std::string& word) {
      return std::find(column.marks.begin(), column.marks.end(), word) != column.marks.end();
    };
    if (column.numeric) {
      for (const std::string& mark : column.marks) {
        if (const auto number = number_of(mark)) {
          make_missing(column, *number);
        }
      }
    } else if (std::any_of(column.words.begin(), column.words.end(), is_mark)) {
      std::vector<std::string> kept;
      std::vector<std::int32_t> place;
      for (const std::string& word : column.words) {
        place.push_back(is_mark(word) ? -1 : static_cast<std::int32_t>(kept.size()));
        if (!is_mark(word)) kept.push_back(word);
      }
      renumber(std::move(kept), place);
    }
  }

  void find_marks() {
    while (const std::optional<double> number = find_missing_number(column)) {
      make_missing(column, *number);
      append_number(column.marks.emplace_back(), *number, column.style, true);
      if (column.missing_mark.empty()) column.missing_mark = column.marks.back();
    }
  }

  void read_dates() {
    std::optional<DateFormat> format;
    if (wish.kind == ColumnKind::datetime && wish.format) {
      format = DateFormat::of(*wish.format);
    } else if (!wish.kind || wish.kind == ColumnKind::datetime) {
      DateGuess guess = guess_date_format(column.words);
      format = std::move(guess.format);
      const std::string several = alternatives(guess.alternatives);
      if (!several.empty() && !wish.kind) {
        note("dates that may be " + several +
             " are taken for words; kind and format in a file for --schema say which");
      }
      if (!format && wish.kind) {
        refuse_wish(several.empty() ? "no format" : "dates that may be " + several,
                    "format = \"DD.MM.YYYY\" and the like, which all of its cells have", "");
      }
    }
    if (!format) return;
    std::vector<double> numbers;
    for (std::size_t word = 0; word < column.words.size(); ++word) {
      const std::optional<double> number = format->read(column.words[word]);
      if (!number) {
        refuse_word(word, "a date or time as " + format->pattern(), "correct the cell, or format");
      }
      numbers.push_back(*number);
    }
    take_numbers(numbers);
    column.format = format->pattern();
    column.style = {format->decimals(), format->decimals(), 17, false};
  }
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
              {disagreement, table.source + ", columns '" + wish.name + "'",
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
                  {disagreement, table.source, "no column " + quoted(one.name),
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
  table.constraints = wish.constraints;
  for (std::size_t i = 0; i < table.columns.size(); ++i) Meaning(table, i).give();
  note_marks(table);
}

}  // namespace vgan
