#include "tests/support/random_table.hpp"

#include <array>
#include <optional>
#include <utility>

#include "tests/support/random_table_maker.hpp"
#include "tests/support/random_words.hpp"

namespace vgan::testing {
namespace {

constexpr std::array<const char*, 9> usual_marks = {"",    "NA",   "?",    "N/A", "#N/A",
                                                    "nan", "NULL", "null", "<NA>"};

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

RandomTable TableMaker::make() {
  table_.rows = one_in(6) ? 20 + dice_.roll(12) : 1 + dice_.roll(12);
  make_dialect();
  const std::size_t columns = 1 + dice_.roll(4);
  while (table_.columns.size() < columns || !drawn_) {
    add_column(drawn_ || table_.columns.size() + 1 < columns ? dice_.roll(12) : dice_.roll(9));
  }
  return std::move(table_);
}

void TableMaker::make_dialect() {
  Dialect& d = table_.dialect;
  const std::size_t which = dice_.roll(5);
  constexpr std::array kinds = {DelimiterKind::comma, DelimiterKind::semicolon, DelimiterKind::tab,
                                DelimiterKind::bar, DelimiterKind::blank};
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

std::string TableMaker::odd_word() {
  return random_word(dice_, table_.dialect.delimiter, table_.dialect.blank_after);
}

// No name is that of a curve's column, nor a pattern of such.
std::string TableMaker::new_name() {
  if (!table_.dialect.header) return "column_" + std::to_string(table_.columns.size() + 1);
  for (;;) {
    std::string name = one_in(3) ? odd_word() : std::string("name ") + char('a' + dice_.roll(26));
    if (name.starts_with("t_") || name.ends_with('*')) continue;
    if (names_.insert(name).second) return name;
  }
}

// Adds the column's wish, unless it is left to be found.
ColumnWish* TableMaker::wish(RandomColumn& column, ColumnKind kind, bool always) {
  if (!always && one_in(2)) return nullptr;
  column.kind = kind;
  ColumnWish& made = table_.wish.columns.emplace_back();
  made.name = column.name;
  made.place = "schema.toml:1";
  made.kind = kind;
  return &made;
}

void TableMaker::add_column(std::size_t which) {
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

std::string TableMaker::usual_mark() { return usual_marks[dice_.roll(usual_marks.size())]; }

// Nothing at all is no cell where blanks are between cells.
std::string TableMaker::empty_cell() const { return table_.dialect.delimiter == ' ' ? "NA" : ""; }

RandomCell TableMaker::missing(const std::string& spelt, const std::string& written) {
  RandomCell cell{spelt, written.empty() ? empty_cell() : written};
  cell.quoted = spelt.empty() && table_.dialect.delimiter == ' ';
  return cell;
}

// The column's first mark is written; it is the one that is said, or that comes first.
void TableMaker::add_missing(RandomColumn& column, ColumnWish* said, bool numeric) {
  if (one_in(2)) return;
  std::vector<std::string> marks = {usual_mark()};
  if (one_in(3)) marks.emplace_back(usual_mark());
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

RandomTable random_table(std::uint64_t seed) { return TableMaker(seed).make(); }

}  // namespace vgan::testing
