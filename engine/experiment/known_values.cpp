#include "engine/experiment/known_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/listed.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/open_file.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot check predictions";
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr double least_probability = 1e-12;

std::vector<double> values_of(const TableColumn& column, const ColumnSchema& schema) {
  if (schema.numeric) return column.numbers;
  std::vector<double> places;
  for (const std::string& word : column.words) {
    const auto at = std::find(schema.words.begin(), schema.words.end(), word);
    const bool known = at != schema.words.end();
    places.push_back(known ? static_cast<double>(at - schema.words.begin()) : unknown_word);
  }
  std::vector<double> values;
  for (const std::int32_t cell : column.cells) {
    values.push_back(cell < 0 ? no_value : places[static_cast<std::size_t>(cell)]);
  }
  return values;
}

// A word that the model does not know is a miss, not a mistake.
SchemaWish wish_for(const Schema& schema, const std::vector<std::string>& names) {
  SchemaWish wish = wish_for_columns(schema, names, "the model's schema");
  for (ColumnWish& column : wish.columns) {
    if (schema.columns[*column_called(schema, column.name)].numeric) continue;
    column.kind = ColumnKind::categorical;
    column.values.reset();
  }
  return wish;
}

// NaN where there is nothing to divide by.
double ratio(double part, double whole) { return whole > 0.0 ? part / whole : no_value; }

}  // namespace

ValuesOfTable read_values(const std::string& file, const Schema& schema,
                          const std::vector<std::size_t>& columns) {
  const DialectWish dialect = dialect_for_columns(file, schema);
  const Table named = read_data_table({file}, dialect);
  std::vector<std::string> there;
  for (const TableColumn& column : named.columns) {
    const auto called = column_called(schema, column.name);
    if (called && std::find(columns.begin(), columns.end(), *called) != columns.end()) {
      there.push_back(column.name);
    }
  }
  if (there.empty()) return {named.rows, {}};
  const Table table = read_data_table({file}, dialect, wish_for(schema, there));
  ValuesOfTable made{table.rows, {}};
  for (const TableColumn& column : table.columns) {
    const auto called = column_called(schema, column.name);
    if (!called || std::find(columns.begin(), columns.end(), *called) == columns.end()) continue;
    made.values[*called] = values_of(column, schema.columns[*called]);
  }
  return made;
}

KnownValues read_known_values(const std::string& file, const Schema& schema,
                              const std::vector<std::size_t>& columns, std::int64_t rows) {
  ValuesOfTable read = read_values(file, schema, columns);
  if (read.values.empty()) {
    std::vector<std::string> names;
    for (const std::size_t column : columns) names.push_back(schema.columns[column].name);
    throw Error(ErrorCode::bad_data,
                {what, file, "none of the columns that are predicted",
                 names.empty() ? "a column that the given rows leave free" : listed(names),
                 names.empty() ? "leave what was found out of the given rows" : ""});
  }
  if (read.rows != rows) {
    throw Error(ErrorCode::bad_data,
                {what, file, counted(read.rows, "row"),
                 std::to_string(rows) + ", one for each row of given values", ""});
  }
  return std::move(read.values);
}

PredictResult::NumbersCheck check_of(const PredictResult::Numbers& predicted,
                                     const std::vector<double>& known) {
  PredictResult::NumbersCheck made;
  made.name = predicted.name;
  std::vector<std::size_t> rows;
  double sum = 0.0;
  for (std::size_t row = 0; row < known.size(); ++row) {
    if (std::isnan(predicted.mean[row]) || std::isnan(known[row])) continue;
    rows.push_back(row);
    sum += known[row];
  }
  const auto count = static_cast<double>(rows.size());
  const double mean = ratio(sum, count);
  double within = 0.0, width = 0.0, errors = 0.0, squares = 0.0;
  for (const std::size_t row : rows) {
    const double low = predicted.low[row], high = predicted.high[row];
    // A number that a file spells with fewer digits than the interval's end is still in it.
    const double slack = 1e-9 * std::max(std::fabs(low), std::fabs(high));
    within += known[row] >= low - slack && known[row] <= high + slack ? 1.0 : 0.0;
    width += high - low;
    errors += (known[row] - predicted.mean[row]) * (known[row] - predicted.mean[row]);
    squares += (known[row] - mean) * (known[row] - mean);
  }
  made.rows = std::ssize(rows);
  made.r2 = 1.0 - ratio(errors, squares);
  made.rmse = std::sqrt(ratio(errors, count));
  made.coverage = ratio(within, count);
  made.width = ratio(ratio(width, count), std::sqrt(ratio(squares, count)));
  return made;
}

PredictResult::WordsCheck check_of(const PredictResult::Words& predicted,
                                   const std::vector<double>& known,
                                   const std::vector<double>& probability,
                                   const ColumnSchema& column) {
  PredictResult::WordsCheck made;
  made.name = predicted.name;
  double right = 0.0, logs = 0.0, words = 0.0;
  for (std::size_t row = 0; row < known.size(); ++row) {
    if (std::isnan(predicted.probability[row]) || std::isnan(known[row])) continue;
    ++made.rows;
    if (known[row] == unknown_word) continue;
    const std::string& word = column.words[static_cast<std::size_t>(known[row])];
    right += word == predicted.word[row] ? 1.0 : 0.0;
    logs += std::log(std::max(probability[row], least_probability));
    words += 1.0;
  }
  made.accuracy = ratio(right, static_cast<double>(made.rows));
  made.log_probability = ratio(logs, words);
  return made;
}

}  // namespace vgan
