// What the numbers are that a row is to a network.
#include <algorithm>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/schema.hpp"

namespace vgan {
namespace {

// Whether a number for each of its values stands for a column of numbers.
bool is_choice(const Schema& schema, std::size_t index) {
  const ColumnSchema& column = schema.columns[index];
  // A boolean is a flag where it is 0 and 1.
  const bool flag = column.values == std::vector<double>{0.0, 1.0};
  const bool few = column.kind == ColumnKind::grid || (column.kind == ColumnKind::boolean && !flag);
  return column.numeric && few && column.values.size() <= most_choices &&
         !schema.constraints.is_settled(index);
}

// "maker, model = A, B2".
std::string combination_name(const Schema& schema, const Constraints::Combination& fixed,
                             std::size_t which) {
  std::vector<std::string> names, values;
  for (std::size_t i = 0; i < fixed.columns.size(); ++i) {
    const ColumnSchema& column = schema.columns[fixed.columns[i]];
    const std::int32_t value = fixed.seen[which][i];
    const auto place = static_cast<std::size_t>(value);
    names.push_back(column.name);
    values.push_back(value < 0        ? "none"
                     : column.numeric ? exact_text(column.values[place])
                                      : column.words[place]);
  }
  return joined(names) + " = " + joined(values);
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
    if (!column.drawn() || schema.constraints.derived_at(i) != nullptr) continue;
    if (const Constraints::Combination* fixed = schema.constraints.combination_at(i)) {
      if (fixed->columns.front() != i) continue;
      for (std::size_t one = 0; one < fixed->seen.size(); ++one) {
        all.push_back({i, Part::combination, one});
      }
      continue;
    }
    const bool ordinal = column.kind == ColumnKind::ordinal;
    const bool choice = is_choice(schema, i);
    if ((column.numeric || ordinal) && !choice) all.push_back({i, Part::number, 0});
    for (std::size_t value = 0; choice && value < column.values.size(); ++value) {
      all.push_back({i, Part::value, value});
    }
    for (std::size_t word = 0; word < column.words.size() && !ordinal; ++word) {
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
  if (columns != encoded_columns(b) || a.constraints != b.constraints) return false;
  return std::all_of(columns.begin(), columns.end(), [&](const EncodedColumn& column) {
    const ColumnSchema& left = a.columns[column.column];
    const ColumnSchema& right = b.columns[column.column];
    const bool same_kind =
        (left.kind == ColumnKind::boolean) == (right.kind == ColumnKind::boolean);
    return same_kind && left.name == right.name && left.format == right.format &&
           left.words == right.words &&
           (!is_choice(a, column.column) || left.values == right.values);
  });
}

std::string encoded_name(const Schema& schema, const EncodedColumn& column) {
  const ColumnSchema& of = schema.columns[column.column];
  switch (column.part) {
    case EncodedColumn::Part::value: return of.name + " = " + exact_text(of.values[column.word]);
    case EncodedColumn::Part::word: return of.name + " = " + of.words[column.word];
    case EncodedColumn::Part::missing: return of.name + " missing";
    case EncodedColumn::Part::combination:
      return combination_name(schema, *schema.constraints.combination_at(column.column),
                              column.word);
    case EncodedColumn::Part::number: break;
  }
  return of.name;
}

}  // namespace vgan
