#include "engine/data/readers/table_reader.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/data/missing_number.hpp"
#include "engine/data/number_style.hpp"
#include "engine/data/readers/column_reader.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/delimited.hpp"
#include "engine/data/readers/row_keeper.hpp"
#include "engine/data/table_meaning.hpp"
#include "engine/files/standard_input.hpp"

namespace vgan {
namespace {

constexpr const char* what = cannot_read_table;
constexpr std::size_t head_bytes = std::size_t{1} << 20;
constexpr std::int64_t probed_rows = 1000;

/// What the first rows of a file show.
struct Probe {
  std::vector<std::string> names;
  std::vector<ColumnPlan> plans;             ///< of the columns, but for whether they are numeric
  std::vector<std::int64_t> numbers, words;  ///< cells of each column
  std::vector<bool> codes;                   ///< whether a column has any
  std::uint64_t first_line = 0;
  double bytes_per_row = 0.0;
};

void require_names(const std::vector<std::string>& names, const std::string& where) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!is_plain_text(names[i])) {
      require_text(names[i], where + ", column " + std::to_string(i + 1));
    }
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

ColumnPlan plan_of(const std::string& name, const ColumnWish* wish) {
  ColumnPlan plan{.name = name};
  if (wish == nullptr) return plan;
  plan.left_out = wish->kind == ColumnKind::ignored;
  if (wish->missing) {
    std::copy_if(wish->missing->begin(), wish->missing->end(), std::back_inserter(plan.marks),
                 [](const std::string& mark) { return !is_missing_text(mark); });
  }
  if (wished_numeric(*wish) == true) {
    plan.allowed += ", as " + wish->place + " says";
    plan.remedy = "correct the cell, name it in missing, or give the column another kind";
  }
  return plan;
}

Probe probe_rows(const std::filesystem::path& path, const Dialect& dialect, const SchemaWish& wish,
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
      for (const std::string& name : probe.names) {
        probe.plans.push_back(plan_of(name, wish_for(wish, name)));
      }
      if (dialect.header) continue;
    }
    require_cells(cells.size(), probe, reader);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (is_missing_text(cells[i]) || is_one_of(probe.plans[i].marks, cells[i])) continue;
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
                                   const DialectWish& dialect, const SchemaWish& wish,
                                   std::vector<std::string>& notes) {
  std::vector<TableFile> files;
  for (const std::filesystem::path& path : paths) {
    std::vector<std::string> own_notes;
    TableFile file{path, dialect_of(path, dialect), {}, {}};
    file.probe = probe_rows(path, file.dialect, wish, own_notes);
    if (files.empty()) notes = std::move(own_notes);
    file.order = order_of(file, files.empty() ? file : files.front());
    files.push_back(std::move(file));
  }
  return files;
}

// What is known of the table's columns from the first rows of all files.
std::vector<ColumnPlan> plans_of(const std::vector<TableFile>& files, const SchemaWish& wish) {
  std::vector<ColumnPlan> plans = files.front().probe.plans;
  std::vector<std::int64_t> numbers(plans.size(), 0), words(plans.size(), 0);
  std::vector<bool> codes(plans.size(), false);
  for (const TableFile& file : files) {
    for (std::size_t i = 0; i < plans.size(); ++i) {
      numbers[file.order[i]] += file.probe.numbers[i];
      words[file.order[i]] += file.probe.words[i];
      if (file.probe.codes[i]) codes[file.order[i]] = true;
    }
  }
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const ColumnWish* said = wish_for(wish, plans[i].name);
    const std::optional<bool> wished = said == nullptr ? std::nullopt : wished_numeric(*said);
    plans[i].numeric =
        plans[i].left_out || wished.value_or(9 * words[i] <= numbers[i] && !codes[i]);
  }
  return plans;
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

void read_rows(const TableFile& file, std::vector<ColumnReader>& columns, RowKeeper& rows,
               const RowLimit& limit, bool first) {
  ByteSource source(file.path, what);
  DelimitedReader reader(source, file.dialect);
  if (first && limit.bytes == 0) reserve_rows(columns, source, file);
  rows.begin_file(file.name());
  for (ColumnReader& column : columns) column.set_decimal(file.dialect.decimal);
  std::vector<std::string_view> cells;
  if (file.dialect.header) reader.next(cells);
  while (reader.next(cells)) {
    require_cells(cells.size(), file.probe, reader);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      columns[file.order[i]].add(
          cells[i], [&] { return column_place(reader.where(), i, file.probe.names[i]); });
    }
    rows.row_ended(reader.line());
  }
}

// The rows of the files, as far as they can be read without a thought of what they mean.
Table read_cells(const std::vector<TableFile>& files, Table table,
                 const std::vector<ColumnPlan>& plans, const RowLimit& limit) {
  std::vector<ColumnReader> columns(plans.begin(), plans.end());
  RowKeeper rows(columns, limit);
  for (const TableFile& file : files) {
    read_rows(file, columns, rows, limit, &file == &files.front());
  }
  rows.finish(table);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].inexact()) {
      table.notes.push_back(column_place(table.source, i, plans[i].name) +
                            ": whole numbers beyond 2^53 are read as the nearest double");
    }
    table.columns.push_back(columns[i].take());
  }
  return table;
}

// Adds the numbers of `table` that stand for no value, where the user does not say which do; false
// where there is none.
bool plan_marks(Table& table, const SchemaWish& wish, std::vector<ColumnPlan>& plans) {
  bool found = false;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    TableColumn& column = table.columns[i];
    const ColumnWish* said = wish_for(wish, column.name);
    if (said != nullptr && said->missing) continue;
    while (const std::optional<double> number = find_missing_number(column)) {
      make_missing(column, *number);
      std::string& mark = plans[i].marks.emplace_back();
      append_number(mark, *number, column.style, true);
      std::replace(mark.begin(), mark.end(), '.', table.dialect.decimal);  // as its cells have it
      found = true;
    }
  }
  return found;
}

}  // namespace

bool may_be_table(std::string_view head) { return is_text(head); }

Table read_table(const std::filesystem::path& path, const DialectWish& dialect,
                 const SchemaWish& wish, const RowLimit& limit) {
  return read_tables({path}, dialect, wish, limit);
}

Table read_tables(const std::vector<std::filesystem::path>& paths, const DialectWish& dialect,
                  const SchemaWish& wish, const RowLimit& limit) {
  Table head;
  const std::vector<TableFile> files = probe_files(paths, dialect, wish, head.notes);
  head.source = files.front().name();
  if (files.size() > 1) head.source += " and " + std::to_string(files.size() - 1) + " more";
  head.dialect = files.front().dialect;
  std::vector<ColumnPlan> plans = plans_of(files, wish);
  Table table = read_cells(files, head, plans, limit);
  // Numbers of a style of their own, which is not that of those that stand for values.
  if (plan_marks(table, wish, plans)) {
    table = {};  // so that its memory is there for the next
    table = read_cells(files, head, plans, limit);
  }
  give_meaning(table, wish);
  return table;
}

}  // namespace vgan
