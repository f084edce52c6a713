#include "engine/data/readers/table_reader.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/delimited.hpp"
#include "engine/data/readers/number_cell.hpp"
#include "engine/files/standard_input.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot read a table";
constexpr std::size_t head_bytes = std::size_t{1} << 20;
constexpr std::int64_t probed_rows = 1000;
constexpr double most_exact_whole = 9007199254740992.0;  // 2^53
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void add_style(const NumberCell& cell, bool first, NumberStyle& style) {
  constexpr int most_digits = 17;  // a double has no more
  if (cell.exponent || cell.decimals > most_digits) style.exponents = true;
  const int decimals = std::min(cell.decimals, most_digits);
  style.least_decimals = first ? decimals : std::min(style.least_decimals, decimals);
  style.most_decimals = std::max(style.most_decimals, decimals);
  style.digits = std::max(style.digits, std::min(cell.digits, most_digits));
}

std::string quoted_text(std::string_view text) {
  const std::string shown = shortened(std::string(text));
  if (shown.size() == text.size()) return "'" + shown + "'";
  return "'" + shown + "' of " + grouped(std::uint64_t{text.size()}) + " bytes";
}

// What helps with a word where numbers are.
std::string remedy_for(std::string_view text) {
  if (text == "inf" || text == "-inf" || text == "Inf" || text == "-Inf" || text == "Infinity") {
    return "leave the row out, or write NA where the value is not known";
  }
  if (text.find_first_of("0123456789") != std::string_view::npos) {
    return "write numbers without units, signs of money or per cent, and separators of thousands";
  }
  return "write NA where there is no value";
}

// Words and names go into checkpoints.
template <class Where>
void require_text(std::string_view text, Where&& where) {
  constexpr std::size_t longest = 4096;
  if (!is_utf8(text)) {
    throw Error(ErrorCode::bad_data, {what, where(), "bytes that are not UTF-8", "UTF-8",
                                      "convert the file with iconv -t UTF-8"});
  }
  if (text.size() <= longest) return;
  throw Error(ErrorCode::bad_data, {what, where(), quoted_text(text),
                                    "a word of up to " + grouped(std::uint64_t{longest}) + " bytes",
                                    "leave the column out"});
}

/// Looks words up without a copy of them.
struct WordHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

/// Takes the cells of one column, one after the other.
class ColumnReader {
 public:
  ColumnReader(std::string name, bool numeric) {
    column_.name = std::move(name);
    column_.numeric = numeric;
  }

  /// What stands in the numbers of the cells that come: '.' or ','.
  void set_decimal(char decimal) { decimal_ = decimal; }
  void reserve(std::size_t rows) {
    if (column_.numeric) {
      column_.numbers.reserve(rows);
    } else {
      column_.cells.reserve(rows);
    }
  }

  /// `where` makes the place of this cell for a message.
  template <class Where>
  void add(std::string_view text, Where&& where) {
    NumberCell cell;
    const CellReading reading =
        column_.numeric ? read_number_cell(text, decimal_, cell) : CellReading::none;
    if (reading == CellReading::number) return add_number(cell);
    if (is_missing_text(text)) return add_missing(text);
    if (!column_.numeric) return add_word(text, where);
    if (reading == CellReading::beyond) {
      throw Error(ErrorCode::bad_data,
                  {what, where(), quoted_text(text), "a number of up to 1.8e308", ""});
    }
    if (numbers_ == 0) {  // all before it is missing: a column of words after all
      make_words();
      return add_word(text, where);
    }
    throw Error(ErrorCode::bad_data,
                {what, where(), quoted_text(text), "a number", remedy_for(text)});
  }

  /// Whether there are whole numbers that a double may not have.
  bool inexact() const { return inexact_ && !column_.style.exponents; }
  TableColumn take() { return std::move(column_); }

 private:
  void add_number(const NumberCell& cell) {
    add_style(cell, numbers_ == 0, column_.style);
    ++numbers_;
    column_.numbers.push_back(cell.value);
    if (std::fabs(cell.value) >= most_exact_whole) {
      inexact_ = inexact_ || cell.value == std::floor(cell.value);
    }
  }

  void add_missing(std::string_view mark) {
    if (column_.missing++ == 0) column_.missing_mark = mark;
    if (column_.numeric) {
      column_.numbers.push_back(missing);
    } else {
      column_.cells.push_back(-1);
    }
  }

  void make_words() {
    column_.numeric = false;
    column_.cells.assign(column_.numbers.size(), -1);
    column_.numbers = {};
  }

  template <class Where>
  void add_word(std::string_view text, Where&& where) {
    const auto found = known_.find(text);
    if (found != known_.end()) return column_.cells.push_back(found->second);
    require_text(text, where);
    const auto number = static_cast<std::int32_t>(column_.words.size());
    column_.words.emplace_back(text);
    known_.emplace(text, number);
    column_.cells.push_back(number);
  }

  TableColumn column_;
  char decimal_ = '.';
  std::int64_t numbers_ = 0;
  bool inexact_ = false;
  std::unordered_map<std::string, std::int32_t, WordHash, std::equal_to<>> known_;
};

/// What the first rows of a file show.
struct Probe {
  std::vector<std::string> names;
  std::vector<std::int64_t> numbers, words;  // cells of each column
  std::vector<bool> codes;                   // whether a column has any
  std::uint64_t first_line = 0;
  double bytes_per_row = 0.0;
};

void require_names(const std::vector<std::string>& names, const std::string& where) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    require_text(names[i], [&] { return where + ", column " + std::to_string(i + 1); });
    const auto [found, added] = seen.try_emplace(names[i], i);
    if (added) continue;
    throw Error(ErrorCode::bad_data,
                {what, where,
                 "columns " + std::to_string(found->second + 1) + " and " + std::to_string(i + 1) +
                     " are both called " + quoted_text(names[i]),
                 "a name of its own for each column", "rename one of them"});
  }
}

// Gives names to columns that have none, other than those that there are.
void name_columns(std::vector<std::string>& names, bool header, std::vector<std::string>& notes) {
  const std::unordered_set<std::string> taken(names.begin(), names.end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].empty()) continue;
    names[i] = "column_" + std::to_string(i + 1);
    while (taken.contains(names[i])) names[i] += "_";
    if (header) {
      notes.push_back("column " + std::to_string(i + 1) + " has no name: called " + names[i]);
    }
  }
}

void require_cells(std::size_t found, const Probe& probe, const DelimitedReader& reader) {
  if (found == probe.names.size()) return;
  throw Error(
      ErrorCode::bad_data,
      {what, reader.where(), counted(found, "cell"),
       std::to_string(probe.names.size()) + ", as in line " + std::to_string(probe.first_line),
       "look for a delimiter that is missing, too many or not quoted"});
}

// Digits behind a zero, as in 02134: a code, which a number would lose the zero of.
bool is_code(std::string_view text) {
  return text.size() > 1 && text[0] == '0' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Probe probe_rows(const std::filesystem::path& path, const Dialect& dialect,
                 std::vector<std::string>& notes) {
  ByteSource source(path, what);
  DelimitedReader reader(source, dialect);
  std::vector<std::string_view> cells;
  Probe probe;
  std::int64_t rows = 0;
  while (rows < probed_rows && reader.next(cells)) {
    if (probe.names.empty()) {
      probe.first_line = reader.line();
      for (std::size_t i = 0; i < cells.size(); ++i) {
        probe.names.emplace_back(dialect.header ? cells[i] : std::string_view());
      }
      name_columns(probe.names, dialect.header, notes);
      require_names(probe.names, reader.where());
      probe.numbers.assign(cells.size(), 0);
      probe.words.assign(cells.size(), 0);
      probe.codes.assign(cells.size(), false);
      if (dialect.header) continue;
    }
    require_cells(cells.size(), probe, reader);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (is_missing_text(cells[i])) continue;
      ++(is_number_text(cells[i], dialect.decimal) ? probe.numbers : probe.words)[i];
      if (is_code(cells[i])) probe.codes[i] = true;
    }
    ++rows;
  }
  if (rows == 0) {
    throw Error(ErrorCode::bad_data,
                {what, source.name(), probe.names.empty() ? "no row" : "a header alone",
                 "a row of values at least", ""});
  }
  probe.bytes_per_row = static_cast<double>(reader.bytes()) / static_cast<double>(rows);
  return probe;
}

Dialect dialect_of(const std::filesystem::path& path, const DialectWish& wish) {
  ByteSource source(path, what);
  if (!may_be_table(source.head())) {
    ContentGuess guess = guess_content(source.head());
    source.fail(0, std::move(guess.found), "a table as text: CSV, TSV or blanks between columns",
                std::move(guess.remedy));
  }
  std::string head(std::min<std::uint64_t>(head_bytes, source.most_bytes()), '\0');
  head.resize(source.read_some(head.data(), head.size()));
  return guess_dialect(head, wish, source.name());
}

/// One of the files that a table is read from.
struct TableFile {
  std::filesystem::path path;
  Dialect dialect;
  Probe probe;
  std::vector<std::size_t> order;  // which column of the table each of the file's is

  std::string name() const { return input_name(path); }
};

std::string names_text(const TableFile& file) {
  constexpr std::size_t shown = 20;
  const std::vector<std::string>& names = file.probe.names;
  std::vector<std::string> first;
  for (const std::string& name : names) {
    if (first.size() < shown) first.push_back(shortened(name));
  }
  return counted(names.size(), "column") + " (" + joined(first) +
         (names.size() > shown ? ", ...)" : ")");
}

[[noreturn]] void refuse_columns(const TableFile& file, const TableFile& first,
                                 const std::string& found, const std::string& remedy) {
  throw Error(ErrorCode::bad_data,
              {"cannot read several files as one table", file.name(), found,
               "the columns of " + first.name() + ": " + names_text(first), remedy});
}

// Which columns of the first file those of `file` are.
std::vector<std::size_t> order_of(const TableFile& file, const TableFile& first) {
  const std::vector<std::string>& names = file.probe.names;
  if (names.size() != first.probe.names.size()) {
    refuse_columns(file, first, names_text(file), "leave the file out, or give it these columns");
  }
  if (file.dialect.header != first.dialect.header) {
    refuse_columns(file, first,
                   file.dialect.header ? "a header of " + names_text(file) : "no header",
                   "--header yes or --header no says it of all files");
  }
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(first.probe.names[i], i);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = places.find(names[i]);
    if (found == places.end()) {
      refuse_columns(file, first,
                     "column " + std::to_string(i + 1) + " of the name " + quoted_text(names[i]),
                     "leave the file out, or rename the column");
    }
    order.push_back(found->second);
  }
  return order;
}

std::vector<TableFile> probe_files(const std::vector<std::filesystem::path>& paths,
                                   const DialectWish& wish, std::vector<std::string>& notes) {
  std::vector<TableFile> files;
  for (const std::filesystem::path& path : paths) {
    std::vector<std::string> own_notes;
    TableFile file{path, dialect_of(path, wish), {}, {}};
    file.probe = probe_rows(path, file.dialect, own_notes);
    if (files.empty()) notes = std::move(own_notes);
    file.order = order_of(file, files.empty() ? file : files.front());
    files.push_back(std::move(file));
  }
  return files;
}

std::vector<ColumnReader> columns_of(const std::vector<TableFile>& files) {
  const std::vector<std::string>& names = files.front().probe.names;
  std::vector<std::int64_t> numbers(names.size(), 0), words(names.size(), 0);
  std::vector<bool> codes(names.size(), false);
  for (const TableFile& file : files) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      numbers[file.order[i]] += file.probe.numbers[i];
      words[file.order[i]] += file.probe.words[i];
      if (file.probe.codes[i]) codes[file.order[i]] = true;
    }
  }
  std::vector<ColumnReader> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.emplace_back(names[i], 9 * words[i] <= numbers[i] && !codes[i]);
  }
  return columns;
}

// Gzip says nothing of what it holds, and a file's size is no promise: beyond this, columns grow.
void reserve_rows(std::vector<ColumnReader>& columns, const ByteSource& source,
                  const TableFile& file) {
  constexpr double most_numbers = 1 << 24;
  if (source.packed()) return;
  const double rows =
      1.02 * static_cast<double>(source.most_bytes()) / file.probe.bytes_per_row + 1.0;
  const double most = most_numbers / static_cast<double>(columns.size());
  for (ColumnReader& column : columns) {
    column.reserve(static_cast<std::size_t>(std::min(rows, most)));
  }
}

void read_rows(const TableFile& file, std::vector<ColumnReader>& columns, std::int64_t& rows) {
  ByteSource source(file.path, what);
  DelimitedReader reader(source, file.dialect);
  if (rows == 0) reserve_rows(columns, source, file);
  for (ColumnReader& column : columns) column.set_decimal(file.dialect.decimal);
  std::vector<std::string_view> cells;
  if (file.dialect.header) reader.next(cells);
  while (reader.next(cells)) {
    require_cells(cells.size(), file.probe, reader);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      columns[file.order[i]].add(
          cells[i], [&] { return column_place(reader.where(), i, file.probe.names[i]); });
    }
    ++rows;
  }
}

}  // namespace

bool may_be_table(std::string_view head) { return is_text(head); }

Table read_table(const std::filesystem::path& path, const DialectWish& wish) {
  return read_tables({path}, wish);
}

Table read_tables(const std::vector<std::filesystem::path>& paths, const DialectWish& wish) {
  Table table;
  const std::vector<TableFile> files = probe_files(paths, wish, table.notes);
  table.source = files.front().name();
  if (files.size() > 1) table.source += " and " + std::to_string(files.size() - 1) + " more";
  table.dialect = files.front().dialect;
  std::vector<ColumnReader> columns = columns_of(files);
  for (const TableFile& file : files) read_rows(file, columns, table.rows);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].inexact()) {
      table.notes.push_back(column_place(table.source, i, files.front().probe.names[i]) +
                            ": whole numbers beyond 2^53 are read as the nearest double");
    }
    table.columns.push_back(columns[i].take());
  }
  return table;
}

}  // namespace vgan
