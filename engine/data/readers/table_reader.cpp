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
#include "engine/data/table_meaning.hpp"

namespace vgan {
namespace {

constexpr const char* what = table_failure;
constexpr std::size_t head_bytes = std::size_t{1} << 20;
constexpr std::int64_t probed_rows = 1000;

/// What the first rows of a file show.
struct Probe {
  std::vector<std::string> names;
  std::vector<ColumnPlan> plans;  ///< of the columns
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
                 Table& table) {
  ByteSource source(path, what);
  DelimitedReader reader(source, dialect);
  std::vector<std::string_view> cells;
  Probe probe;
  std::vector<std::int64_t> numbers, words;
  std::vector<bool> codes;
  std::int64_t rows = 0;
  while (rows < probed_rows && reader.next(cells)) {
    if (probe.names.empty()) {
      probe.first_line = reader.line();
      for (std::size_t i = 0; i < cells.size(); ++i) {
        probe.names.emplace_back(dialect.header ? cells[i] : std::string_view());
      }
      name_columns(probe.names, dialect.header, table.notes);
      require_names(probe.names, reader.where());
      numbers.assign(cells.size(), 0);
      words.assign(cells.size(), 0);
      codes.assign(cells.size(), false);
      for (const std::string& name : probe.names) {
        probe.plans.push_back(plan_of(name, wish_for(wish, name)));
      }
      if (dialect.header) continue;
    }
    require_cells(cells.size(), probe, reader);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (is_missing_text(cells[i]) || is_one_of(probe.plans[i].marks, cells[i])) continue;
      ++(is_number_text(cells[i], dialect.decimal) ? numbers : words)[i];
      if (is_code(cells[i])) codes[i] = true;
    }
    ++rows;
  }
  if (rows == 0) {
    throw Error(ErrorCode::bad_data,
                {what, path.string(), probe.names.empty() ? "no row" : "a header alone",
                 "a row of values at least", ""});
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    ColumnPlan& plan = probe.plans[i];
    const ColumnWish* said = wish_for(wish, plan.name);
    const std::optional<bool> wished = said == nullptr ? std::nullopt : wished_numeric(*said);
    plan.numeric = plan.left_out || wished.value_or(9 * words[i] <= numbers[i] && !codes[i]);
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
  return guess_dialect(head, wish, path.string());
}

// The rows of the file, as far as they can be read without a thought of what they mean.
Table read_cells(const std::filesystem::path& path, Table table, const Probe& probe) {
  std::vector<ColumnReader> columns;
  for (const ColumnPlan& plan : probe.plans) columns.emplace_back(plan, table.dialect.decimal);
  ByteSource source(path, what);
  DelimitedReader reader(source, table.dialect);
  // Gzip says nothing of what it holds, and a file's size is no promise: beyond this, columns grow.
  if (!source.packed()) {
    constexpr double most_numbers = 1 << 24;
    const double rows = 1.02 * static_cast<double>(source.most_bytes()) / probe.bytes_per_row + 1.0;
    const double most = most_numbers / static_cast<double>(columns.size());
    for (ColumnReader& column : columns) {
      column.reserve(static_cast<std::size_t>(std::min(rows, most)));
    }
  }
  std::vector<std::string_view> cells;
  if (table.dialect.header) reader.next(cells);
  std::uint64_t line = 0;  // that the next row is expected on
  while (reader.next(cells)) {
    require_cells(cells.size(), probe, reader);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      columns[i].add(cells[i], [&] { return column_place(reader.where(), i, probe.names[i]); });
    }
    if (reader.line() != line) table.lines.push_back({table.rows, reader.line()});
    line = reader.line() + 1;
    ++table.rows;
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].inexact()) {
      table.notes.push_back(column_place(table.source, i, probe.names[i]) +
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
      append_number(plans[i].marks.emplace_back(), *number, column.style, true);
      found = true;
    }
  }
  return found;
}

}  // namespace

bool may_be_table(std::string_view head) { return is_text(head); }

Table read_table(const std::filesystem::path& path, const DialectWish& dialect,
                 const SchemaWish& wish) {
  Table head;
  head.source = path.string();
  head.dialect = dialect_of(path, dialect);
  Probe probe = probe_rows(path, head.dialect, wish, head);
  Table table = read_cells(path, head, probe);
  // Numbers of a style of their own, which is not that of those that stand for values.
  if (plan_marks(table, wish, probe.plans)) table = read_cells(path, head, probe);
  give_meaning(table, wish);
  return table;
}

}  // namespace vgan
