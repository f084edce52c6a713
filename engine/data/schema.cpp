#include "engine/data/schema.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

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
  if (column.missing == 0 && column.style.most_decimals == 0 && counts_rows(column.numbers))
    return ColumnKind::id;
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

ColumnSchema infer_column(const TableColumn& column) {
  ColumnSchema made;
  made.name = column.name;
  made.unit = unit_of(column.name);
  made.numeric = column.numeric;
  made.missing = column.missing;
  made.missing_mark = column.missing_mark;
  made.style = column.style;
  if (column.numeric) {
    const std::vector<double> sorted = sorted_numbers(column);
    made.distinct = count_distinct(sorted);
    if (!sorted.empty()) made.low = sorted.front(), made.high = sorted.back();
    made.kind = kind_of_numbers(column, sorted, made.distinct);
    if (made.kind == ColumnKind::grid || made.kind == ColumnKind::boolean) {
      std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(made.values));
    }
  } else {
    made.distinct = static_cast<std::int64_t>(column.words.size());
    made.kind = kind_of_words(column);
    if (made.kind != ColumnKind::id) made.words = column.words;
  }
  return made;
}

}  // namespace

std::int64_t Schema::encoded_size() const {
  return static_cast<std::int64_t>(encoded_columns(*this).size());
}

std::vector<EncodedColumn> encoded_columns(const Schema& schema) {
  using Part = EncodedColumn::Part;
  std::vector<EncodedColumn> all;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    if (!column.drawn()) continue;
    if (column.numeric) all.push_back({i, Part::number, 0});
    for (std::size_t word = 0; word < column.words.size(); ++word) {
      all.push_back({i, Part::word, word});
    }
    if (column.missing > 0) all.push_back({i, Part::missing, 0});
  }
  return all;
}

std::vector<std::string> encoded_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const EncodedColumn& column : encoded_columns(schema)) {
    names.push_back(encoded_name(schema, column));
  }
  return names;
}

bool same_encoding(const Schema& a, const Schema& b) {
  const std::vector<EncodedColumn> columns = encoded_columns(a);
  if (columns != encoded_columns(b)) return false;
  return std::all_of(columns.begin(), columns.end(), [&](const EncodedColumn& column) {
    const ColumnSchema& left = a.columns[column.column];
    const ColumnSchema& right = b.columns[column.column];
    return left.name == right.name && left.words == right.words;
  });
}

std::string encoded_name(const Schema& schema, const EncodedColumn& column) {
  const ColumnSchema& of = schema.columns[column.column];
  switch (column.part) {
    case EncodedColumn::Part::word: return of.name + " = " + of.words[column.word];
    case EncodedColumn::Part::missing: return of.name + " missing";
    case EncodedColumn::Part::number: break;
  }
  return of.name;
}

Schema infer_schema(const Table& table) {
  Schema schema{table.dialect, table.rows, {}};
  for (const TableColumn& column : table.columns) schema.columns.push_back(infer_column(column));
  return schema;
}

}  // namespace vgan
