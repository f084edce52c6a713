#include "engine/data/readers/dialect_guess.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/data/readers/number_cell.hpp"

namespace vgan {
namespace {

constexpr std::size_t most_rows = 200;  // that are looked at

struct Cell {
  std::string text;
  bool quoted = false;
};
using Row = std::vector<Cell>;

// The cells of a record, without the quotes, which hold delimiters.
Row cells_of(std::string_view line, char delimiter) {
  Row cells;
  std::string cell;
  bool open = false;
  const auto add = [&] {
    while (!cell.empty() && is_blank(cell.back())) cell.pop_back();
    const bool quoted = cell.size() > 1 && cell.front() == '"' && cell.back() == '"';
    cells.push_back({quoted ? cell.substr(1, cell.size() - 2) : cell, quoted});
    cell.clear();
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool ends = delimiter == ' ' ? is_blank(c) : c == delimiter;
    if (open && line.substr(i).starts_with("\"\"")) {  // a quote inside, written twice
      cell += c;
      ++i;
      continue;
    }
    if (c == '"' && (open || cell.empty())) open = !open;
    if (ends && !open) {
      if (delimiter != ' ' || !cell.empty()) add();
    } else if (open || !cell.empty() || !is_blank(c)) {
      cell += c;
    }
  }
  if (delimiter != ' ' || !cell.empty()) add();
  return cells;
}

// The length of the record that `head` begins with: a line, or several where a quote is open at the
// end of one. npos where it has no end.
std::size_t record_length(std::string_view head) {
  constexpr std::size_t most_lines = 100;
  const std::size_t first_end = head.find('\n');
  std::size_t end = first_end, seen = 0, quotes = 0;
  for (std::size_t lines = 0; lines < most_lines && end != std::string_view::npos; ++lines) {
    quotes +=
        static_cast<std::size_t>(std::count(head.begin() + static_cast<std::ptrdiff_t>(seen),
                                            head.begin() + static_cast<std::ptrdiff_t>(end), '"'));
    if (quotes % 2 == 0) return end;
    seen = end + 1;
    end = head.find('\n', seen);
  }
  return first_end;  // a quote that is no cell's
}

std::vector<std::string_view> lines_of(std::string_view head, char comment) {
  std::vector<std::string_view> lines;
  while (!head.empty() && lines.size() < most_rows) {
    const std::size_t end = record_length(head);
    // What may be cut short is looked at where there is nothing else.
    if (end == std::string_view::npos && lines.size() > 1) break;
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool nothing = line.find_first_not_of(' ') == std::string_view::npos;
    if (!nothing && (comment == '\0' || line.front() != comment)) lines.push_back(line);
  }
  return lines;
}

/// How well a delimiter goes with a file's records.
struct Fit {
  std::size_t rows = 0;  ///< records of the most frequent number of cells, where that is 2 or more
  double numbers = 0.0;  ///< the share of numbers among all cells
};

Fit fit_of(const std::vector<std::string_view>& lines, char delimiter) {
  std::map<std::size_t, std::size_t> rows_of;  // by their number of cells
  std::size_t cells = 0, points = 0, commas = 0;
  for (const std::string_view line : lines) {
    const Row row = cells_of(line, delimiter);
    ++rows_of[row.size()];
    cells += row.size();
    for (const Cell& cell : row) {
      points += is_number_text(cell.text, '.') ? 1 : 0;
      commas += is_number_text(cell.text, ',') ? 1 : 0;
    }
  }
  std::size_t most = 0, width = 0;
  for (const auto& [count, rows] : rows_of) {
    if (rows >= most) most = rows, width = count;
  }
  if (width < 2) return {};
  const std::size_t numbers = delimiter == ',' ? points : std::max(points, commas);
  return {most, static_cast<double>(numbers) / static_cast<double>(cells)};
}

char delimiter_of(DelimiterKind kind) {
  switch (kind) {
    case DelimiterKind::semicolon: return ';';
    case DelimiterKind::tab: return '\t';
    case DelimiterKind::bar: return '|';
    case DelimiterKind::blank: return ' ';
    case DelimiterKind::automatic:
    case DelimiterKind::comma: break;
  }
  return ',';
}

char guess_delimiter(const std::vector<std::string_view>& lines) {
  char best = ',';
  Fit best_fit;
  for (const char delimiter : {'\t', ',', ';', '|', ' '}) {
    const Fit fit = fit_of(lines, delimiter);
    const bool better =
        fit.rows > best_fit.rows || (fit.rows == best_fit.rows && fit.numbers > best_fit.numbers);
    if (better) best = delimiter, best_fit = fit;
  }
  return best;
}

// "1,234", which may have its comma between thousands.
bool may_be_thousands(const std::string& text) {
  const std::size_t comma = text.find(',');
  return comma != std::string::npos && text.size() - comma == 4;
}

// A comma in numbers and never a point: the file's decimal point. Where commas are between cells,
// such numbers are quoted, and one of them has to be other than thousands.
char guess_decimal(const std::vector<Row>& rows, char delimiter) {
  bool comma = false, point = false;
  for (const Row& row : rows) {
    for (const Cell& cell : row) {
      const bool has_comma = cell.text.find(',') != std::string::npos;
      if (has_comma && is_number_text(cell.text, ',')) {
        comma = comma || delimiter != ',' || !may_be_thousands(cell.text);
      }
      point = point || (cell.text.find('.') != std::string::npos && is_number_text(cell.text, '.'));
    }
  }
  return comma && !point ? ',' : '.';
}

// Whether the first row counts in equal steps, as years or wavelengths do that name columns, above
// numbers of another magnitude: all ten times as large as any of these, or as small. Words may
// stand between the numbers.
bool has_numbered_names(const std::vector<Row>& rows, char decimal) {
  constexpr std::size_t fewest_names = 3, fewest_rows = 5;
  constexpr double apart = 10.0;
  std::vector<double> names;
  double least = HUGE_VAL, most = 0.0;  // magnitudes below
  for (std::size_t column = 0; column < rows.front().size(); ++column) {
    NumberCell name;
    if (read_number_cell(rows.front()[column].text, decimal, name) != CellReading::number) continue;
    if (name.decimals > 0 || name.exponent || !(name.value > 0.0)) return false;
    names.push_back(name.value);
    for (std::size_t row = 1; row < rows.size(); ++row) {
      NumberCell cell;
      if (column >= rows[row].size()) return false;
      if (read_number_cell(rows[row][column].text, decimal, cell) != CellReading::number) continue;
      if (cell.value == 0.0) continue;
      least = std::min(least, std::fabs(cell.value));
      most = std::max(most, std::fabs(cell.value));
    }
  }
  if (names.size() < fewest_names || rows.size() <= fewest_rows || most == 0.0) return false;
  const double step = names[1] - names[0];
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (!(step > 0.0) || names[i] - names[i - 1] != step) return false;
  }
  return least >= apart * names.back() || apart * most <= names.front();
}

bool guess_header(const std::vector<Row>& rows, char decimal) {
  if (has_numbered_names(rows, decimal)) return true;
  const Row& first = rows.front();
  const auto is_number = [&](const Cell& cell) { return is_number_text(cell.text, decimal); };
  if (std::any_of(first.begin(), first.end(), is_number)) return false;
  if (rows.size() == 1) return true;
  for (std::size_t column = 0; column < first.size(); ++column) {
    std::size_t values = 0, seen = 0;
    for (std::size_t row = 1; row < rows.size(); ++row) {
      if (column >= rows[row].size()) continue;
      const Cell& cell = rows[row][column];
      ++seen;
      values += is_number(cell) || is_missing_text(cell.text) ? 1 : 0;
    }
    if (seen > 0 && 2 * values > seen && !is_missing_text(first[column].text)) return true;
  }
  // Words alone: names do not come again, neither beside one another nor below.
  std::set<std::string> names;
  for (const Cell& cell : first) {
    if (!names.insert(cell.text).second) return false;
  }
  for (std::size_t row = 1; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < std::min(first.size(), rows[row].size()); ++column) {
      if (rows[row][column].text == first[column].text) return false;
    }
  }
  return true;
}

// Whether a blank stands behind each delimiter but those at a line's end.
bool has_blank_after(const std::vector<std::string_view>& lines, char delimiter) {
  std::size_t delimiters = 0, blanks = 0;
  for (const std::string_view line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      if (line[i] != delimiter) continue;
      ++delimiters;
      blanks += line[i + 1] == ' ' ? 1 : 0;
    }
  }
  return delimiter != ' ' && delimiters > 0 && blanks == delimiters;
}

// Whether all words are quoted, and there are some.
bool has_quoted_words(const std::vector<Row>& rows, char decimal) {
  bool some = false;
  for (const Row& row : rows) {
    for (const Cell& cell : row) {
      if (is_number_text(cell.text, decimal) || is_missing_text(cell.text)) continue;
      if (!cell.quoted) return false;
      some = true;
    }
  }
  return some;
}

}  // namespace

bool is_number_text(std::string_view text, char decimal) {
  NumberCell cell;
  return read_number_cell(text, decimal, cell) != CellReading::none;
}

bool is_missing_text(std::string_view text) {
  static constexpr std::array<std::string_view, 10> marks = {"",    "?",   "NA",   "N/A",  "#N/A",
                                                             "nan", "NaN", "NULL", "null", "<NA>"};
  constexpr std::size_t longest = 4;
  return text.size() <= longest && std::find(marks.begin(), marks.end(), text) != marks.end();
}

Dialect guess_dialect(std::string_view head, const DialectWish& wish, const std::string& where) {
  Dialect dialect;
  dialect.byte_order_mark = head.starts_with(byte_order_mark);
  if (dialect.byte_order_mark) head.remove_prefix(byte_order_mark.size());
  const std::size_t line_end = head.find('\n');
  if (line_end == std::string_view::npos && head.find('\r') != std::string_view::npos) {
    throw Error(ErrorCode::bad_data, {"cannot read a table", where, "lines that end with CR alone",
                                      "LF or CR LF", "convert it with tr '\\r' '\\n'"});
  }
  // Not those inside quotes, which are a word's.
  const std::size_t record_end = record_length(head);
  dialect.crlf = record_end != std::string_view::npos && head.substr(0, record_end).ends_with('\r');
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  const bool mark = first != std::string_view::npos && head.substr(first).starts_with("#N/A");
  if (first != std::string_view::npos && !mark && (head[first] == '#' || head[first] == '%')) {
    dialect.comment = head[first];
  }
  const std::vector<std::string_view> lines = lines_of(head, dialect.comment);
  if (lines.empty()) return dialect;
  dialect.delimiter = wish.delimiter == DelimiterKind::automatic ? guess_delimiter(lines)
                                                                 : delimiter_of(wish.delimiter);
  std::vector<Row> rows;
  for (const std::string_view line : lines) rows.push_back(cells_of(line, dialect.delimiter));
  dialect.decimal = wish.decimal == DecimalKind::automatic
                        ? guess_decimal(rows, dialect.delimiter)
                        : (wish.decimal == DecimalKind::comma ? ',' : '.');
  dialect.header = wish.header == HeaderKind::automatic ? guess_header(rows, dialect.decimal)
                                                        : wish.header == HeaderKind::yes;
  dialect.blank_after = has_blank_after(lines, dialect.delimiter);
  dialect.quoted_words = has_quoted_words(rows, dialect.decimal);
  return dialect;
}

}  // namespace vgan
