#include "engine/data/table_trials.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/constraint_check.hpp"
#include "engine/data/constraint_rules.hpp"

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

// The distances of a column to what it counts from, row by row; NaN: missing.
std::vector<double> distances(const Table& table, const RowConstraints& constraints,
                              std::size_t column) {
  std::vector<double> made, numbers(table.columns.size());
  made.reserve(static_cast<std::size_t>(table.rows));
  const std::vector<std::size_t> ordered = constraints.ordered();
  for (std::size_t row = 0; row < static_cast<std::size_t>(table.rows); ++row) {
    for (const std::size_t i : ordered) numbers[i] = table.columns[i].numbers[row];
    made.push_back(numbers[column] - constraints.floor(column, numbers).value);
  }
  return made;
}

/// Writes the numbers that rows are to a network, one of them for all rows at a time.
class RowEncoder {
 public:
  RowEncoder(const Table& table, const Schema& schema, std::vector<double>& values)
      : table_(table),
        schema_(schema),
        constraints_(schema),
        columns_(encoded_columns(schema)),
        values_(values) {}

  void fill(std::size_t at) {
    const EncodedColumn& encoded = columns_[at];
    const TableColumn& column = table_.columns[encoded.column];
    if (encoded.part == Part::number) return fill_numbers(at);
    if (encoded.part == Part::combination && encoded.word == 0) {
      combined_ = combinations_of_rows(table_, schema_,
                                       *schema_.constraints.combination_at(encoded.column));
    }
    const auto word = static_cast<std::int32_t>(encoded.word);
    for (std::size_t row = 0; row < static_cast<std::size_t>(table_.rows); ++row) {
      bool holds = false;
      switch (encoded.part) {
        case Part::number: break;
        case Part::value:
          holds = column.numbers[row] == schema_.columns[encoded.column].values[encoded.word];
          break;
        case Part::word: holds = column.cells[row] == word; break;
        case Part::missing: holds = column.is_missing(static_cast<std::int64_t>(row)); break;
        case Part::combination: holds = combined_[row] == word; break;
      }
      values_[row * columns_.size() + at] = holds ? 1.0 : 0.0;
    }
  }

 private:
  void fill_numbers(std::size_t at) {
    const std::size_t index = columns_[at].column;
    const TableColumn& column = table_.columns[index];
    const std::vector<std::size_t>& upper = constraints_.upper();
    std::vector<double> made;
    if (!column.numeric) {
      made = places_of(column);
    } else if (std::find(upper.begin(), upper.end(), index) != upper.end()) {
      made = distances(table_, constraints_, index);
    }
    const std::vector<double>& numbers = made.empty() ? column.numbers : made;
    const double middle = middle_of(numbers);
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      values_[row * columns_.size() + at] = std::isnan(numbers[row]) ? middle : numbers[row];
    }
  }

  const Table& table_;
  const Schema& schema_;
  const RowConstraints constraints_;
  const std::vector<EncodedColumn> columns_;
  std::vector<std::int32_t> combined_;
  std::vector<double>& values_;
};

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
  RowEncoder encoder(table, schema, values);
  for (std::size_t i = 0; i < columns.size(); ++i) encoder.fill(i);
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
  const std::vector<std::size_t> upper = columns_with_lower_ones(schema.constraints);
  std::optional<RowDecoder> decoder;
  if (!upper.empty()) decoder.emplace(schema);
  std::vector<double> shown;
  for (; !rows.empty(); rows = rows.subspan(columns.size())) {
    const auto* cells = decoder ? &decoder->decode(rows.first(columns.size())) : nullptr;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const std::size_t column = columns[j].column;
      if (columns[j].part != Part::value) {
        const bool distance = columns[j].part == Part::number &&
                              std::find(upper.begin(), upper.end(), column) != upper.end();
        shown.push_back(distance ? (*cells)[column].number : rows[j]);
        continue;
      }
      const std::vector<double>& values = schema.columns[column].values;
      if (columns[j].word == 0) shown.push_back(values[values.size() / 2]);
      if (rows[j] > 0.5) shown.back() = values[columns[j].word];
    }
  }
  return shown;
}

RowDecoder::RowDecoder(const Schema& schema)
    : schema_(&schema),
      columns_(encoded_columns(schema)),
      cells_(schema.columns.size()),
      constraints_(schema),
      counts_up_(schema.columns.size()),
      combination_(schema.columns.size()) {
  for (const std::size_t column : constraints_.upper()) counts_up_[column] = true;
}

const std::vector<TableCell>& RowDecoder::decode(std::span<const double> row) {
  std::fill(cells_.begin(), cells_.end(), TableCell{.missing = true});
  for (std::size_t i = 0; i < columns_.size();) {
    i = columns_[i].part == Part::combination ? decode_combination(row, i) : decode_column(row, i);
  }
  constraints_.settle(cells_);
  return cells_;
}

std::size_t RowDecoder::decode_column(std::span<const double> row, std::size_t i) {
  const std::size_t column = columns_[i].column;
  const ColumnSchema& schema = schema_->columns[column];
  TableCell& cell = cells_[column];
  cell.missing = false;
  const bool numeric = columns_[i].part == Part::number;
  if (numeric) {
    cell.number = counts_up_[column] ? row[i] : cell_number(schema, row[i]);
    ++i;
  }
  const bool ordinal = schema.kind == ColumnKind::ordinal;
  if (ordinal) cell.word = static_cast<std::size_t>(cell.number);
  double most = numeric ? 0.5 : -HUGE_VAL;
  for (; i < columns_.size() && columns_[i].column == column; ++i) {
    if (!(row[i] > most)) continue;
    most = row[i];
    cell.missing = columns_[i].part == Part::missing;
    if (!ordinal) cell.word = columns_[i].word;
    if (columns_[i].part == Part::value) cell.number = schema.values[columns_[i].word];
  }
  return i;
}

std::size_t RowDecoder::decode_combination(std::span<const double> row, std::size_t i) {
  const std::size_t column = columns_[i].column;
  const Constraints::Combination& fixed = *schema_->constraints.combination_at(column);
  double most = -HUGE_VAL;
  for (; i < columns_.size() && columns_[i].column == column; ++i) {
    if (!(row[i] > most)) continue;
    most = row[i];
    combination_[column] = columns_[i].word;
  }
  for (std::size_t k = 0; k < fixed.columns.size(); ++k) {
    const std::int32_t value = fixed.seen[combination_[column]][k];
    const ColumnSchema& schema = schema_->columns[fixed.columns[k]];
    TableCell& cell = cells_[fixed.columns[k]];
    cell.missing = value < 0;
    if (cell.missing) continue;
    cell.word = static_cast<std::size_t>(value);
    if (schema.numeric) cell.number = schema.values[cell.word];
  }
  return i;
}

void RowDecoder::snap(std::span<double> rows) {
  for (; !rows.empty(); rows = rows.subspan(columns_.size())) {
    const std::vector<TableCell>& cells = decode(rows.first(columns_.size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::size_t column = columns_[i].column;
      const TableCell& cell = cells[column];
      switch (columns_[i].part) {
        case Part::number:
          rows[i] =
              counts_up_[column] && !cell.missing ? constraints_.distance(column) : cell.number;
          break;
        case Part::value:
        case Part::word:
          rows[i] = !cell.missing && cell.word == columns_[i].word ? 1.0 : 0.0;
          break;
        case Part::missing: rows[i] = cell.missing ? 1.0 : 0.0; break;
        case Part::combination:
          rows[i] = combination_[column] == columns_[i].word ? 1.0 : 0.0;
          break;
      }
    }
  }
}

}  // namespace vgan
