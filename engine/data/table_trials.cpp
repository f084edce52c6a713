#include "engine/data/table_trials.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/number_style.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot train on a table";
using Part = EncodedColumn::Part;

std::string place_of(const Table& table, std::size_t index) {
  return column_place(table.source, index, table.columns[index].name);
}

void require_words(const Table& table, const Schema& schema, std::size_t index) {
  const std::size_t words = table.columns[index].words.size();
  if (words <= most_words || schema.columns[index].kind == ColumnKind::ordinal) return;
  throw Error(ErrorCode::bad_data,
              {what, place_of(table, index), grouped(std::uint64_t{words}) + " different words",
               "up to " + std::to_string(most_words) + ", each of which is a number to the network",
               "leave the column out, or group its words"});
}

void require_float(const Table& table, std::size_t index, const ColumnSchema& column) {
  constexpr double most = std::numeric_limits<float>::max();
  const double found = std::fabs(column.low) > std::fabs(column.high) ? column.low : column.high;
  if (!column.numeric || std::fabs(found) <= most) return;
  throw Error(ErrorCode::bad_data, {what, place_of(table, index), general_text(found),
                                    "numbers of up to 3.4e38", "give them in another unit"});
}

// Rows are doubles here, and floats for the device.
void require_memory(const Table& table, std::size_t size) {
  const auto machine = static_cast<double>(machine_memory());
  const double needed = 12.0 * static_cast<double>(table.rows) * static_cast<double>(size);
  if (needed <= machine) return;
  const auto widest = std::max_element(
      table.columns.begin(), table.columns.end(),
      [](const TableColumn& a, const TableColumn& b) { return a.words.size() < b.words.size(); });
  throw Error(
      ErrorCode::bad_data,
      {what, table.source,
       std::to_string(size) + " numbers a row, " + general_text(needed / 1e9, 3) + " GB in all",
       general_text(machine / 1e9, 3) + " GB, the machine's memory",
       "leave rows out, or columns of many words such as '" + shortened(widest->name) + "'"});
}

// The places of an ordinal column's words among them; NaN: missing.
std::vector<double> places_of(const TableColumn& column) {
  std::vector<double> places;
  places.reserve(column.cells.size());
  for (const std::int32_t cell : column.cells) {
    places.push_back(cell < 0 ? std::numeric_limits<double>::quiet_NaN() : cell);
  }
  return places;
}

// The middle one of the numbers that there are; 0 where there is none.
double middle_of(const std::vector<double>& numbers) {
  std::vector<double> known;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(known),
               [](double number) { return !std::isnan(number); });
  if (known.empty()) return 0.0;
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

// Number `at` of each row.
void fill(const Table& table, const Schema& schema, const EncodedColumn& encoded, std::size_t at,
          std::size_t size, std::vector<double>& values) {
  const TableColumn& column = table.columns[encoded.column];
  const bool ordinal = encoded.part == Part::number && !column.numeric;
  const std::vector<double> places = ordinal ? places_of(column) : std::vector<double>();
  const std::vector<double>& numbers = ordinal ? places : column.numbers;
  const double middle = encoded.part == Part::number ? middle_of(numbers) : 0.0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(table.rows); ++row) {
    double& value = values[row * size + at];
    switch (encoded.part) {
      case Part::number: value = std::isnan(numbers[row]) ? middle : numbers[row]; break;
      case Part::value:
        value = column.numbers[row] == schema.columns[encoded.column].values[encoded.word] ? 1 : 0;
        break;
      case Part::word:
        value = column.cells[row] == static_cast<std::int32_t>(encoded.word) ? 1.0 : 0.0;
        break;
      case Part::missing:
        value = column.is_missing(static_cast<std::int64_t>(row)) ? 1.0 : 0.0;
        break;
    }
  }
}

}  // namespace

Trials table_trials(const Table& table, Schema schema) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (!schema.columns[i].drawn()) continue;
    require_words(table, schema, i);
    require_float(table, i, schema.columns[i]);
  }
  const std::vector<EncodedColumn> columns = encoded_columns(schema);
  if (columns.empty()) {
    throw Error(ErrorCode::bad_data, {what, table.source, "no column to train on",
                                      "one that is neither an id nor without values", ""});
  }
  require_memory(table, columns.size());
  Trials trials;
  trials.count = table.rows;
  trials.shape = {1, static_cast<std::int64_t>(columns.size()), 1, TrialKind::row};
  std::vector<double> values(static_cast<std::size_t>(table.rows) * columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    fill(table, schema, columns[i], i, columns.size(), values);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  trials.low = *low;
  trials.high = *high;
  trials.by_values = true;
  trials.values = std::move(values);
  trials.schema = std::move(schema);
  trials.source = table.source;
  trials.notes = table.notes;
  return trials;
}

std::vector<std::string> shown_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const EncodedColumn& column : encoded_columns(schema)) {
    if (column.part != Part::value) {
      names.push_back(encoded_name(schema, column));
    } else if (column.word == 0) {
      names.push_back(schema.columns[column.column].name);
    }
  }
  return names;
}

std::vector<double> shown_rows(const Schema& schema, std::span<const double> rows) {
  const std::vector<EncodedColumn> columns = encoded_columns(schema);
  std::vector<double> shown;
  for (; !rows.empty(); rows = rows.subspan(columns.size())) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (columns[j].part != Part::value) {
        shown.push_back(rows[j]);
        continue;
      }
      const std::vector<double>& values = schema.columns[columns[j].column].values;
      if (columns[j].word == 0) shown.push_back(values[values.size() / 2]);
      if (rows[j] > 0.5) shown.back() = values[columns[j].word];
    }
  }
  return shown;
}

RowDecoder::RowDecoder(const Schema& schema)
    : schema_(&schema), columns_(encoded_columns(schema)), cells_(schema.columns.size()) {}

double RowDecoder::as_seen(const ColumnSchema& column, double number) const {
  if (column.kind == ColumnKind::ordinal) {
    const auto last = static_cast<double>(column.words.size()) - 1.0;
    return std::isnan(number) ? 0.0 : std::clamp(std::nearbyint(number), 0.0, last);
  }
  if (std::isnan(number)) return column.low;
  if (!column.values.empty()) {
    const auto above = std::lower_bound(column.values.begin(), column.values.end(), number);
    if (above == column.values.begin()) return *above;
    if (above == column.values.end()) return column.values.back();
    return number - *(above - 1) <= *above - number ? *(above - 1) : *above;
  }
  const int decimals = column.kind == ColumnKind::integer ? 0 : column.style.most_decimals;
  if (!column.style.exponents) number = rounded_to(number, decimals);
  return std::clamp(number, column.low, column.high);
}

const std::vector<RowDecoder::Cell>& RowDecoder::decode(std::span<const double> row) {
  std::fill(cells_.begin(), cells_.end(), Cell{.missing = true});
  for (std::size_t i = 0; i < columns_.size();) {
    const std::size_t column = columns_[i].column;
    Cell& cell = cells_[column];
    cell.missing = false;
    const bool numeric = columns_[i].part == Part::number;
    if (numeric) cell.number = as_seen(schema_->columns[column], row[i++]);
    const bool ordinal = schema_->columns[column].kind == ColumnKind::ordinal;
    if (ordinal) cell.word = static_cast<std::size_t>(cell.number);
    double most = numeric ? 0.5 : -HUGE_VAL;
    for (; i < columns_.size() && columns_[i].column == column; ++i) {
      if (!(row[i] > most)) continue;
      most = row[i];
      cell.missing = columns_[i].part == Part::missing;
      if (!ordinal) cell.word = columns_[i].word;
      if (columns_[i].part == Part::value) {
        cell.number = schema_->columns[column].values[columns_[i].word];
      }
    }
  }
  return cells_;
}

void RowDecoder::snap(std::span<double> rows) {
  for (; !rows.empty(); rows = rows.subspan(columns_.size())) {
    const std::vector<Cell>& cells = decode(rows.first(columns_.size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Cell& cell = cells[columns_[i].column];
      switch (columns_[i].part) {
        case Part::number: rows[i] = cell.number; break;
        case Part::value:
        case Part::word:
          rows[i] = !cell.missing && cell.word == columns_[i].word ? 1.0 : 0.0;
          break;
        case Part::missing: rows[i] = cell.missing ? 1.0 : 0.0; break;
      }
    }
  }
}

}  // namespace vgan
