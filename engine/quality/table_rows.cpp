#include "engine/quality/table_rows.hpp"

#include <limits>
#include <span>
#include <string>

#include "engine/base/check.hpp"
#include "engine/data/table_trials.hpp"

namespace vgan {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Columns without values yet.
MeasuredRows columns_of(const Trials& rows) {
  MeasuredRows made{rows.count, {}};
  if (rows.schema) {
    for (const ColumnSchema& column : rows.schema->columns) {
      if (column.drawn()) made.columns.push_back({column.name, !column.numeric, {}});
    }
  } else {
    for (std::int64_t i = 0; i < rows.values_per_trial(); ++i) {
      made.columns.push_back({"column_" + std::to_string(i + 1), false, {}});
    }
  }
  for (MeasuredColumn& column : made.columns) {
    column.values.reserve(static_cast<std::size_t>(rows.count));
  }
  return made;
}

void append_cells(const Schema& schema, const std::vector<TableCell>& cells, MeasuredRows& made) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    if (!column.drawn()) continue;
    const double value = column.numeric ? cells[i].number : static_cast<double>(cells[i].word);
    made.columns[at++].values.push_back(cells[i].missing ? missing : value);
  }
}

}  // namespace

MeasuredRows rows_of_trials(const Trials& rows) {
  require(rows.shape.kind == TrialKind::row, "rows of trials", "trials of another kind", "rows");
  MeasuredRows made = columns_of(rows);
  std::optional<RowDecoder> decoder;
  if (rows.schema) decoder.emplace(*rows.schema);
  const auto size = static_cast<std::size_t>(rows.values_per_trial());
  std::vector<double> row(size);
  std::visit(
      [&](const auto& values) {
        for (std::size_t first = 0; first < values.size(); first += size) {
          for (std::size_t i = 0; i < size; ++i) row[i] = static_cast<double>(values[first + i]);
          if (decoder) {
            append_cells(*rows.schema, decoder->decode(row), made);
          } else {
            for (std::size_t i = 0; i < size; ++i) made.columns[i].values.push_back(row[i]);
          }
        }
      },
      rows.values);
  return made;
}

}  // namespace vgan
