#include "tests/support/random_table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "tests/support/dice.hpp"
#include "tests/support/random_words.hpp"

namespace vgan::testing {
namespace {

constexpr std::array<const char*, 9> usual_marks = {"",    "NA",   "?",    "N/A", "#N/A",
                                                    "nan", "NULL", "null", "<NA>"};

RandomCell number(const std::string& text) { return {text, text}; }
RandomCell word(const std::string& text) { return {text, text, false, true}; }

/// Makes the columns of one table.
class Maker {
 public:
  explicit Maker(std::uint64_t seed) : dice_(seed) {}

  RandomTable make() {
    table_.rows = one_in(6) ? 20 + dice_.roll(12) : 1 + dice_.roll(12);
    make_dialect();
    const std::size_t columns = 1 + dice_.roll(4);
    while (table_.columns.size() < columns || !drawn_) {
      add_column(drawn_ || table_.columns.size() + 1 < columns ? dice_.roll(12) : dice_.roll(9));
    }
    return std::move(table_);
  }

 private:
  bool one_in(std::size_t sides) { return dice_.roll(sides) == 0; }

  void make_dialect() {
    Dialect& d = table_.dialect;
    const std::size_t which = dice_.roll(5);
    constexpr std::array kinds = {DelimiterKind::comma, DelimiterKind::semicolon,
                                  DelimiterKind::tab, DelimiterKind::bar, DelimiterKind::blank};
    d.delimiter = ",;\t| "[which];
    d.decimal = one_in(3) ? ',' : '.';
    d.crlf = one_in(3);
    d.byte_order_mark = one_in(8);
    d.header = !one_in(5);
    // Words that hold delimiters, and decimal commas, would stand without a blank behind them.
    d.blank_after = d.delimiter != ' ' && d.decimal != d.delimiter && one_in(5);
    d.quoted_words = d.header && one_in(4);
    table_.dialect_wish = {kinds[which], d.decimal == ',' ? DecimalKind::comma : DecimalKind::point,
                           d.header ? HeaderKind::yes : HeaderKind::no};
  }

  std::string odd_word() {
    return random_word(dice_, table_.dialect.delimiter, table_.dialect.blank_after);
  }

  // No name is that of a curve's column, nor a pattern of such.
  std::string new_name() {
    if (!table_.dialect.header) return "column_" + std::to_string(table_.columns.size() + 1);
    for (;;) {
      std::string name = one_in(3) ? odd_word() : std::string("name ") + char('a' + dice_.roll(26));
      if (name.starts_with("t_") || name.ends_with('*')) continue;
      if (names_.insert(name).second) return name;
    }
  }

  // Adds the column's wish, unless it is left to be found.
  ColumnWish* wish(RandomColumn& column, ColumnKind kind, bool always) {
    if (!always && one_in(2)) return nullptr;
    column.kind = kind;
    ColumnWish& made = table_.wish.columns.emplace_back();
    made.name = column.name;
    made.place = "schema.toml:1";
    made.kind = kind;
    return &made;
  }

  void add_column(std::size_t which) {
    RandomColumn column{new_name(), {}, {}};
    drawn_ = drawn_ || which < 9;
    if (which == 8 && table_.rows < 12) which = 2;
    switch (which) {
      case 0: add_continuous(column); break;
      case 1: add_exponents(column); break;
      case 2: add_whole(column); break;
      case 3: add_grid(column); break;
      case 4: add_words(column); break;
      case 5: add_ordinal(column); break;
      case 6: add_dates(column); break;
      case 7: add_boolean(column); break;
      case 8: add_sentinels(column); break;
      case 9: return add_curve();
      case 10: return add_ignored(column);
      default: return add_id(column);
    }
    table_.columns.push_back(std::move(column));
  }

  // ---- Numbers

  std::string digits(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('0' + dice_.roll(10));
    return text;
  }

  // A number of so many decimals, the last of which is no zero where more are than `least`.
  std::string decimal_text(std::size_t whole_digits, std::size_t decimals, std::size_t least) {
    std::string text = whole_digits == 0 ? "0" : digits(whole_digits);
    text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
    if (decimals > 0) {
      text += table_.dialect.decimal + digits(decimals);
      if (decimals > least && text.back() == '0') text.back() = '5';
    }
    // Nothing but nines may stand for no value.
    if (text.find_first_not_of("90.,") == std::string::npos) text.front() = '1';
    const bool zero = text.find_first_of("123456789") == std::string::npos;
    return !zero && one_in(3) ? "-" + text : text;
  }

  // The same number in another spelling.
  void respell(RandomCell& cell) {
    const bool comma = table_.dialect.decimal == table_.dialect.delimiter;
    cell.quoted = cell.quoted || (!comma && one_in(12));
    if (cell.spelt.starts_with("0") && cell.spelt.size() > 2 && one_in(8)) cell.spelt.erase(0, 1);
    if (!cell.spelt.starts_with("-") && one_in(12)) cell.spelt.insert(0, 1, '+');
    const bool whole = cell.spelt.find_first_of(".,eE") == std::string::npos;
    if (whole && table_.dialect.decimal == '.' && one_in(12)) cell.spelt += '.';
  }

  void add_continuous(RandomColumn& column) {
    const std::size_t most = dice_.roll(16), least = one_in(2) ? most : dice_.roll(most + 1);
    const std::size_t whole = dice_.roll(7);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const std::size_t decimals = least + dice_.roll(most - least + 1);
      RandomCell cell = number(decimal_text(dice_.roll(whole + 1), decimals, least));
      // A double keeps 15 digits as they are.
      cell.by_value = whole + most > 15;
      respell(cell);
      column.cells.push_back(cell);
    }
    ColumnWish* made = wish(column, ColumnKind::continuous, false);
    if (made != nullptr && one_in(2)) made->decimals = static_cast<int>(most);
    add_missing(column, made, true);
  }

  void add_exponents(RandomColumn& column) {
    for (std::size_t row = 0; row < table_.rows; ++row) {
      RandomCell cell = number(decimal_text(1, dice_.roll(18), 0));
      cell.spelt += (one_in(2) ? "e" : "E") + std::string(one_in(3) ? "+" : "");
      if (cell.spelt.back() != '+' && one_in(2)) cell.spelt += '-';
      cell.spelt += std::to_string(dice_.roll(cell.spelt.back() == '-' ? 320 : 37));
      cell.written = cell.spelt;
      cell.by_value = true;
      column.cells.push_back(cell);
    }
    add_missing(column, wish(column, ColumnKind::continuous, false), true);
  }

  void add_whole(RandomColumn& column) {
    const std::size_t most = 1 + dice_.roll(17);
    const bool point = one_in(4);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      RandomCell cell = number(decimal_text(1 + dice_.roll(most), 0, 0));
      cell.by_value = most > 15;
      if (point) cell.written = cell.spelt += table_.dialect.decimal + std::string("0");
      if (!point) respell(cell);
      column.cells.push_back(cell);
    }
    add_missing(column, wish(column, ColumnKind::integer, most > 14), true);
  }

  void add_grid(RandomColumn& column) {
    const std::size_t decimals = dice_.roll(4);
    std::vector<std::string> values;
    for (std::size_t i = 1 + dice_.roll(30); i > 0; --i) {
      values.push_back(decimal_text(3, decimals, decimals));
    }
    for (std::size_t row = 0; row < table_.rows; ++row) {
      column.cells.push_back(number(values[dice_.roll(values.size())]));
    }
    add_missing(column, wish(column, ColumnKind::grid, false), true);
  }

  // Numbers among which one that plainly stands for no value is found.
  void add_sentinels(RandomColumn& column) {
    const std::size_t decimals = dice_.roll(3);
    const std::string mark = one_in(2) || decimals == 0 ? "-999" : "-999" + point("0", decimals);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      std::string text = std::to_string(row % 7 + 1) + digits(2);
      if (decimals > 0) text += point("5", decimals);
      column.cells.push_back(number(row % 4 == 3 ? mark : text));
    }
  }

  std::string point(const std::string& digit, std::size_t count) {
    std::string text(1, table_.dialect.decimal);
    for (std::size_t i = 0; i < count; ++i) text += digit;
    return text;
  }

  // ---- Words

  std::vector<std::string> distinct_words(std::size_t count) {
    std::set<std::string> words;
    while (words.size() < count) words.insert(odd_word());
    return {words.begin(), words.end()};
  }

  void add_words(RandomColumn& column) {
    std::vector<std::string> words = distinct_words(1 + dice_.roll(6));
    const bool said = one_in(2), numbers = said && one_in(3);
    if (numbers) words = {"007", "1e5", "2", "3.14"};
    for (std::size_t row = 0; row < table_.rows; ++row) {
      column.cells.push_back(word(words[row == 0 ? 0 : dice_.roll(words.size())]));
      // Whether words are in quotes is seen by others than these.
      column.cells.back().by_value = numbers;
    }
    // Two of the same, for words that all differ would name the rows.
    if (table_.rows > 1) column.cells.back() = column.cells.front();
    add_missing(column, said ? wish(column, ColumnKind::categorical, true) : nullptr, false);
  }

  void add_ordinal(RandomColumn& column) {
    std::vector<std::string> words = distinct_words(1 + dice_.roll(6));
    for (std::size_t i = words.size(); i > 1; --i) std::swap(words[i - 1], words[dice_.roll(i)]);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      column.cells.push_back(word(words[dice_.roll(words.size())]));
    }
    ColumnWish* made = wish(column, ColumnKind::ordinal, true);
    made->values.emplace();
    for (const std::string& text : words) made->values->push_back({text, std::nullopt});
    add_missing(column, made, false);
  }

  void add_dates(RandomColumn& column) {
    const std::string pattern = random_date_pattern(dice_);
    // Microseconds are of an age that a double keeps them apart in.
    const bool fine = pattern.find("SSSSSS") != std::string::npos;
    for (std::size_t row = 0; row < table_.rows; ++row) {
      column.cells.push_back(
          word(random_date(dice_, pattern, fine ? 1700 : 1, fine ? 2240 : 9999)));
    }
    ColumnWish* made = wish(column, ColumnKind::datetime, true);
    made->format = pattern;
    add_missing(column, made, false);
  }

  void add_boolean(RandomColumn& column) {
    constexpr std::array<std::array<const char*, 2>, 6> words = {
        {{"0", "1"}, {"yes", "no"}, {"True", "False"}, {"t", "f"}, {"on", "off"}, {"Y", "N"}}};
    const std::size_t which = dice_.roll(words.size());
    const std::size_t other = dice_.roll(2);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const char* const text = words[which][row == 0 ? other : dice_.roll(2)];
      column.cells.push_back(which == 0 ? number(text) : word(text));
    }
    add_missing(column, wish(column, ColumnKind::boolean, one_in(2)), which == 0);
  }

  // ---- What is not a column by itself, or not drawn

  void add_curve() {
    if (!table_.dialect.header || curve_) return;
    curve_ = drawn_ = true;
    const std::size_t count = 2 + dice_.roll(4), decimals = dice_.roll(8);
    RandomColumn all{"t_*", {}, {}};
    wish(all, ColumnKind::curve, true);
    const std::string mark = usual_marks[dice_.roll(usual_marks.size())];
    for (std::size_t i = 0; i < count; ++i) {
      RandomColumn column{"t_" + std::to_string(i + 8), ColumnKind::curve, {}};
      for (std::size_t row = 0; row < table_.rows; ++row) {
        const RandomCell cell = number(decimal_text(1 + dice_.roll(5), decimals, decimals));
        column.cells.push_back(row > 0 && one_in(10) ? missing(mark, mark) : cell);
      }
      table_.columns.push_back(std::move(column));
    }
  }

  void add_ignored(RandomColumn& column) {
    wish(column, ColumnKind::ignored, true);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      RandomCell cell = one_in(2) ? number(decimal_text(3, 2, 2)) : word(odd_word());
      column.cells.push_back(cell);
    }
    leave_empty(column);
  }

  // Numbers that count on; or words, whose cells stay empty.
  void add_id(RandomColumn& column) {
    const bool counts = one_in(2);
    const auto first = static_cast<long>(dice_.roll(2000)) - 1000;
    wish(column, ColumnKind::id, table_.rows < 20 || !counts);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      column.cells.push_back(counts ? number(std::to_string(first + static_cast<long>(row)))
                                    : word("id " + std::to_string(row)));
    }
    if (counts) return table_.columns.push_back(std::move(column));
    leave_empty(column);
  }

  void leave_empty(RandomColumn& column) {
    for (RandomCell& cell : column.cells) {
      cell.written = empty_cell();
      cell.empty = true;
    }
    table_.columns.push_back(std::move(column));
  }

  // ---- Missing values

  // Nothing at all is no cell where blanks are between cells.
  std::string empty_cell() const { return table_.dialect.delimiter == ' ' ? "NA" : ""; }

  RandomCell missing(const std::string& spelt, const std::string& written) {
    RandomCell cell{spelt, written.empty() ? empty_cell() : written};
    cell.quoted = spelt.empty() && table_.dialect.delimiter == ' ';
    return cell;
  }

  // The column's first mark is written; it is the one that is said, or that comes first.
  void add_missing(RandomColumn& column, ColumnWish* said, bool numeric) {
    if (one_in(2)) return;
    std::vector<std::string> marks = {usual_marks[dice_.roll(usual_marks.size())]};
    if (one_in(3)) marks.emplace_back(usual_marks[dice_.roll(usual_marks.size())]);
    std::optional<std::string> first;
    if (said != nullptr && one_in(2)) {
      if (numeric) marks.insert(marks.begin(), "-999");
      // An unquoted word would say that words are not quoted.
      if (!numeric && !table_.dialect.quoted_words) marks.insert(marks.begin(), "unknown");
      said->missing = marks;
      first = marks.front();
    }
    for (std::size_t row = 0; row < table_.rows; ++row) {
      // The first cells say what the column is.
      if (row < 2 || !one_in(4)) continue;
      const std::string mark = marks[dice_.roll(marks.size())];
      if (!first) first = mark;
      column.cells[row] = missing(mark, *first);
    }
  }

  Dice dice_;
  RandomTable table_;
  std::set<std::string> names_;
  bool drawn_ = false, curve_ = false;
};

// ---- The file

bool needs_quotes(const std::string& text, char delimiter) {
  if (text.empty()) return false;
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  return blank(text.front()) || blank(text.back()) || text.front() == '#' || text.front() == '%' ||
         text.find_first_of("\"\r\n") != std::string::npos ||
         text.find(delimiter) != std::string::npos ||
         (delimiter == ' ' && text.find('\t') != std::string::npos);
}

std::string in_quotes(const std::string& text) {
  std::string made = "\"";
  for (const char c : text) made += c == '"' ? std::string("\"\"") : std::string(1, c);
  return made + "\"";
}

template <class CellText>
std::string table_text(const RandomTable& table, CellText&& text_of) {
  const Dialect& d = table.dialect;
  const std::string end = d.crlf ? "\r\n" : "\n";
  const std::string between = std::string(1, d.delimiter) + (d.blank_after ? " " : "");
  std::string text = d.byte_order_mark ? std::string(byte_order_mark) : "";
  const auto add_line = [&](auto&& cell_of) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      text += (i > 0 ? between : "") + cell_of(table.columns[i]);
    }
    text += end;
  };
  if (d.header) {
    add_line([&](const RandomColumn& column) {
      const bool quotes = d.quoted_words || needs_quotes(column.name, d.delimiter);
      return quotes ? in_quotes(column.name) : column.name;
    });
  }
  for (std::size_t row = 0; row < table.rows; ++row) {
    add_line([&](const RandomColumn& column) {
      const RandomCell& cell = column.cells[row];
      const auto [cell_text, quoted] = text_of(cell);
      const bool quotes = quoted || needs_quotes(cell_text, d.delimiter);
      // The only cell of a line is not nothing, for that is no line.
      const bool alone = table.columns.size() == 1 && cell_text.empty();
      return quotes || alone ? in_quotes(cell_text) : cell_text;
    });
  }
  return text;
}

}  // namespace

std::string RandomTable::text() const {
  return table_text(*this, [&](const RandomCell& cell) {
    return std::pair(cell.spelt, cell.quoted || (cell.word && dialect.quoted_words));
  });
}

std::string RandomTable::written() const {
  return table_text(*this, [&](const RandomCell& cell) {
    return std::pair(cell.written, cell.word && !cell.empty && dialect.quoted_words);
  });
}

RandomTable random_table(std::uint64_t seed) { return Maker(seed).make(); }

}  // namespace vgan::testing
