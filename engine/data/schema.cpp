#include "engine/data/schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "engine/base/number_text.hpp"
#include "engine/data/constraint_check.hpp"
#include "engine/data/curve_block.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/table.hpp"

namespace vgan {
namespace {

// "m/s" of "Vel [m/s]" and of "Vel (m/s)".
std::string unit_of(std::string_view name) {
  for (const auto& [open, close] : {std::pair{'[', ']'}, std::pair{'(', ')'}}) {
    if (!name.ends_with(close)) continue;
    const std::size_t begin = name.rfind(open);
    if (begin == std::string_view::npos || begin == 0) continue;
    return std::string(name.substr(begin + 1, name.size() - begin - 2));
  }
  return "";
}

std::vector<double> sorted_numbers(const TableColumn& column) {
  std::vector<double> values;
  values.reserve(column.numbers.size());
  std::copy_if(column.numbers.begin(), column.numbers.end(), std::back_inserter(values),
               [](double value) { return !std::isnan(value); });
  std::sort(values.begin(), values.end());
  return values;
}

std::int64_t count_distinct(const std::vector<double>& sorted) {
  std::int64_t distinct = sorted.empty() ? 0 : 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) distinct += sorted[i] != sorted[i - 1] ? 1 : 0;
  return distinct;
}

// Whether whole numbers count the rows, from the first on.
bool counts_rows(const std::vector<double>& numbers) {
  constexpr double most = 1e15;  // beyond it x + 1 may be x
  if (numbers.size() < 20 || numbers.front() != std::floor(numbers.front())) return false;
  if (!(numbers.front() > -most && numbers.back() < most)) return false;
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] != numbers[i - 1] + 1.0) return false;
  }
  return true;
}

ColumnKind kind_of_numbers(const TableColumn& column, const std::vector<double>& sorted,
                           std::int64_t distinct) {
  const auto count = static_cast<std::int64_t>(sorted.size());
  if (count == 0) return ColumnKind::ignored;
  if (distinct == 2 && sorted.front() == 0.0 && sorted.back() == 1.0) return ColumnKind::boolean;
  const bool counts = column.counts_all_rows || counts_rows(column.numbers);
  if (column.missing == 0 && column.style.most_decimals == 0 && counts) return ColumnKind::id;
  const bool come_again = 2 * distinct < count;
  const bool often = distinct * grid_rows <= count && distinct <= most_grid_values;
  if (come_again && (distinct <= few_grid_values || often)) return ColumnKind::grid;
  const bool whole = std::all_of(sorted.begin(), sorted.end(),
                                 [](double value) { return value == std::floor(value); });
  return whole ? ColumnKind::integer : ColumnKind::continuous;
}

bool is_truth(std::string word) {
  for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  static constexpr std::array<std::string_view, 10> truths = {"yes",   "no", "y", "n",  "true",
                                                              "false", "t",  "f", "on", "off"};
  return std::find(truths.begin(), truths.end(), word) != truths.end();
}

ColumnKind kind_of_words(const TableColumn& column) {
  if (column.words.empty()) return ColumnKind::ignored;
  if (column.words.size() == 2 && is_truth(column.words[0]) && is_truth(column.words[1])) {
    return ColumnKind::boolean;
  }
  const bool all_differ = column.words.size() == column.cells.size() && column.cells.size() >= 20;
  return all_differ ? ColumnKind::id : ColumnKind::categorical;
}

bool has_values(ColumnKind kind) {
  return kind == ColumnKind::grid || kind == ColumnKind::boolean || kind == ColumnKind::datetime;
}

// The number that the user gives, which give_meaning has found to be one of the column.
double number_of(const WishedValue& value, const ColumnSchema& column) {
  if (column.format.empty()) return value.number.value_or(0.0);
  return DateFormat::of(column.format)->read(value.text).value_or(0.0);
}

void infer_numbers(const TableColumn& column, ColumnSchema& made) {
  const std::vector<double> sorted = sorted_numbers(column);
  made.distinct = count_distinct(sorted);
  if (!sorted.empty()) made.low = sorted.front(), made.high = sorted.back();
  const ColumnKind found = kind_of_numbers(column, sorted, made.distinct);
  made.kind = !column.format.empty() && !sorted.empty() ? ColumnKind::datetime : found;
  const ColumnWish& wish = column.wish;
  if (wish.values && !has_values(made.kind)) made.kind = ColumnKind::grid;
  if (wish.kind) made.kind = *wish.kind;
  if (!made.drawn()) return;
  if (wish.values && has_values(made.kind)) {
    for (const WishedValue& value : *wish.values) made.values.push_back(number_of(value, made));
    std::sort(made.values.begin(), made.values.end());
    made.low = made.values.front(), made.high = made.values.back();
    made.distinct = static_cast<std::int64_t>(made.values.size());
  } else if (has_values(made.kind) &&
             (made.kind != ColumnKind::datetime || found == ColumnKind::grid)) {
    std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(made.values));
  }
  if (wish.low) made.low = number_of(*wish.low, made);
  if (wish.high) made.high = number_of(*wish.high, made);
  if (wish.decimals && made.format.empty()) {
    made.style.most_decimals = *wish.decimals;
    made.style.least_decimals = std::min(made.style.least_decimals, *wish.decimals);
    made.style.exponents = false;
  }
}

ColumnSchema infer_column(const TableColumn& column) {
  ColumnSchema made;
  made.name = column.name;
  made.unit = column.wish.unit.value_or(unit_of(column.name));
  made.numeric = column.numeric;
  made.format = column.format;
  made.missing = column.missing;
  made.marks = column.marks;
  // The one that would be written, where no cell shows one.
  made.missing_mark = column.missing > 0     ? column.missing_mark
                      : column.marks.empty() ? ""
                                             : column.marks.front();
  made.style = column.style;
  if (column.numeric) {
    infer_numbers(column, made);
  } else {
    made.distinct = static_cast<std::int64_t>(column.words.size());
    made.kind = column.wish.kind.value_or(kind_of_words(column));
    if (made.kind != ColumnKind::id) made.words = column.words;
  }
  return made;
}

bool has_numbers(const ColumnSchema& column) { return column.distinct > 0; }

// What the samples of a curve have in common: one range, one style, one mark.
void share_scale(Schema& schema, const CurveBlock& block) {
  const auto columns = std::span(schema.columns).subspan(block.first, block.count);
  // One without any number has neither a range nor a style.
  const auto with_numbers = std::find_if(columns.begin(), columns.end(), has_numbers);
  ColumnSchema whole = with_numbers == columns.end() ? columns.front() : *with_numbers;
  for (const ColumnSchema& column : columns) {
    if (whole.missing == 0 && column.missing > 0) {
      whole.missing = column.missing;
      whole.missing_mark = column.missing_mark;
    }
    for (const std::string& mark : column.marks) {
      if (std::find(whole.marks.begin(), whole.marks.end(), mark) == whole.marks.end()) {
        whole.marks.push_back(mark);
      }
    }
    if (!has_numbers(column)) continue;
    whole.low = std::min(whole.low, column.low);
    whole.high = std::max(whole.high, column.high);
    NumberStyle& style = whole.style;
    style.least_decimals = std::min(style.least_decimals, column.style.least_decimals);
    style.most_decimals = std::max(style.most_decimals, column.style.most_decimals);
    style.digits = std::max(style.digits, column.style.digits);
    style.exponents = style.exponents || column.style.exponents;
  }
  for (ColumnSchema& column : columns) {
    column.low = whole.low;
    column.high = whole.high;
    column.style = whole.style;
    column.missing_mark = whole.missing_mark;
    column.marks = whole.marks;
    column.unit = whole.unit;
  }
}

void find_curves(const Table& table, Schema& schema) {
  std::vector<std::string> names;  // of columns that may be of a curve
  for (const TableColumn& column : table.columns) {
    names.push_back(table.dialect.header && !column.wish.kind ? column.name : "");
  }
  for (const CurveBlock& block : numbered_columns(names)) {
    if (!looks_like_curve(table, block)) continue;
    for (std::size_t i = block.first; i < block.first + block.count; ++i) {
      ColumnSchema& column = schema.columns[i];
      column.kind = ColumnKind::curve;
      column.values.clear();
    }
  }
  for (const CurveBlock& block : curve_blocks(schema)) share_scale(schema, block);
}

// The last of the columns that are drawn, with those of its curve, is the outcome where the user
// names none.
void find_roles(const Table& table, Schema& schema) {
  bool named = false;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    ColumnSchema& column = schema.columns[i];
    column.role = column.drawn() ? ColumnRole::condition : ColumnRole::other;
    if (table.columns[i].wish.role) column.role = *table.columns[i].wish.role;
    named = named || column.role == ColumnRole::outcome;
  }
  if (named) return;
  std::size_t last = schema.columns.size();
  while (last > 0 && !schema.columns[last - 1].drawn()) --last;
  if (last == 0) return;
  std::size_t first = last - 1;
  for (const CurveBlock& block : curve_blocks(schema)) {
    if (block.first + block.count == last) first = block.first;
  }
  for (std::size_t i = first; i < last; ++i) {
    if (!table.columns[i].wish.role) schema.columns[i].role = ColumnRole::outcome;
  }
}

}  // namespace

Schema infer_schema(const Table& table) {
  Schema schema{table.dialect, table.rows, {}, {}};
  for (const TableColumn& column : table.columns) schema.columns.push_back(infer_column(column));
  find_curves(table, schema);
  find_roles(table, schema);
  take_constraints(table, schema);
  return schema;
}

std::string_view name_without_unit(const ColumnSchema& column) {
  const std::string_view name = column.name;
  const std::size_t bracket = name.find_last_of("[(");
  if (column.unit.empty() || bracket == std::string_view::npos) return name;
  const std::size_t end = name.find_last_not_of(' ', bracket == 0 ? 0 : bracket - 1);
  return end == std::string_view::npos ? name : name.substr(0, end + 1);
}

std::optional<std::size_t> column_called(const Schema& schema, std::string_view name) {
  std::optional<std::size_t> found;
  std::size_t without_unit = 0;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (schema.columns[i].name == name) return i;
    if (name_without_unit(schema.columns[i]) != name) continue;
    ++without_unit;
    found = i;
  }
  return without_unit == 1 ? found : std::nullopt;
}

std::vector<std::string> drawn_column_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) {
    if (column.drawn()) names.push_back(column.name);
  }
  for (const ColumnSchema& column : schema.columns) {
    const std::string_view bare = name_without_unit(column);
    if (column.drawn() && bare != column.name) names.emplace_back(bare);
  }
  return names;
}

}  // namespace vgan
