#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "tests/support/random_table_maker.hpp"
#include "tests/support/random_words.hpp"

namespace vgan::testing {
namespace {

RandomCell number(const std::string& text) { return {text, text}; }
RandomCell word(const std::string& text) { return {text, text, false, true}; }

}  // namespace

std::string TableMaker::digits(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('0' + dice_.roll(10));
  return text;
}

// A number of so many decimals, the last of which is no zero where more are than `least`.
std::string TableMaker::decimal_text(std::size_t whole_digits, std::size_t decimals,
                                     std::size_t least) {
  std::string text = whole_digits == 0 ? "0" : digits(whole_digits);
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  if (decimals > 0) {
    text += table_.dialect.decimal + digits(decimals);
    if (decimals > least && text.back() == '0') text.back() = '5';
  }
  // Nothing but nines may stand for no value.
  const bool nines = text.find_first_not_of("90.,") == std::string::npos;
  if (nines && text.find('9') != std::string::npos) text.front() = '1';
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return !zero && one_in(3) ? "-" + text : text;
}

// Spells the number of a cell in another way, such as .5 for 0.5.
void TableMaker::respell(RandomCell& cell) {
  const bool comma = table_.dialect.decimal == table_.dialect.delimiter;
  cell.quoted = cell.quoted || (!comma && one_in(12));
  if (cell.spelt.starts_with("0") && cell.spelt.size() > 2 && one_in(8)) cell.spelt.erase(0, 1);
  if (!cell.spelt.starts_with("-") && one_in(12)) cell.spelt.insert(0, 1, '+');
  const bool whole = cell.spelt.find_first_of(".,eE") == std::string::npos;
  if (whole && table_.dialect.decimal == '.' && one_in(12)) cell.spelt += '.';
}

void TableMaker::add_continuous(RandomColumn& column) {
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

void TableMaker::add_exponents(RandomColumn& column) {
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

void TableMaker::add_whole(RandomColumn& column) {
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

void TableMaker::add_grid(RandomColumn& column) {
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
void TableMaker::add_sentinels(RandomColumn& column) {
  const std::size_t decimals = dice_.roll(3);
  const std::string mark = one_in(2) || decimals == 0 ? "-999" : "-999" + point("0", decimals);
  for (std::size_t row = 0; row < table_.rows; ++row) {
    std::string text = std::to_string(row % 7 + 1) + digits(2);
    if (decimals > 0) text += point("5", decimals);
    column.cells.push_back(number(row % 4 == 3 ? mark : text));
  }
}

std::string TableMaker::point(const std::string& digit, std::size_t count) {
  std::string text(1, table_.dialect.decimal);
  for (std::size_t i = 0; i < count; ++i) text += digit;
  return text;
}

std::vector<std::string> TableMaker::distinct_words(std::size_t count) {
  std::set<std::string> words;
  while (words.size() < count) words.insert(odd_word());
  return {words.begin(), words.end()};
}

void TableMaker::add_words(RandomColumn& column) {
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

void TableMaker::add_ordinal(RandomColumn& column) {
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

void TableMaker::add_dates(RandomColumn& column) {
  const std::string pattern = random_date_pattern(dice_);
  // Microseconds are of an age that a double keeps them apart in.
  const bool fine = pattern.find("SSSSSS") != std::string::npos;
  for (std::size_t row = 0; row < table_.rows; ++row) {
    column.cells.push_back(word(random_date(dice_, pattern, fine ? 1700 : 1, fine ? 2240 : 9999)));
  }
  ColumnWish* made = wish(column, ColumnKind::datetime, true);
  made->format = pattern;
  add_missing(column, made, false);
}

void TableMaker::add_boolean(RandomColumn& column) {
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

void TableMaker::add_curve() {
  if (!table_.dialect.header || curve_) return;
  curve_ = drawn_ = true;
  const std::size_t count = 2 + dice_.roll(4), decimals = dice_.roll(8);
  RandomColumn all{"t_*", {}, {}};
  wish(all, ColumnKind::curve, true);
  const std::string mark = usual_mark();
  for (std::size_t i = 0; i < count; ++i) {
    RandomColumn column{"t_" + std::to_string(i + 8), ColumnKind::curve, {}};
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const RandomCell cell = number(decimal_text(1 + dice_.roll(5), decimals, decimals));
      column.cells.push_back(row > 0 && one_in(10) ? missing(mark, mark) : cell);
    }
    table_.columns.push_back(std::move(column));
  }
}

void TableMaker::add_ignored(RandomColumn& column) {
  wish(column, ColumnKind::ignored, true);
  for (std::size_t row = 0; row < table_.rows; ++row) {
    RandomCell cell = one_in(2) ? number(decimal_text(3, 2, 2)) : word(odd_word());
    column.cells.push_back(cell);
  }
  leave_empty(column);
}

// Numbers that count on; or words, whose cells stay empty.
void TableMaker::add_id(RandomColumn& column) {
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

void TableMaker::leave_empty(RandomColumn& column) {
  for (RandomCell& cell : column.cells) {
    cell.written = empty_cell();
    cell.empty = true;
  }
  table_.columns.push_back(std::move(column));
}

}  // namespace vgan::testing
