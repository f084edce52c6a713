#include "engine/encode/cell_layout.hpp"

#include <algorithm>
#include <cmath>

namespace vgan {
namespace {

constexpr double bell_deviation = 1.0;  // in cells

double bell_at(std::int64_t distance) {
  const double away = static_cast<double>(distance) / bell_deviation;
  return std::exp(-0.5 * away * away);
}

bool is_outcome(const CellColumn& column, const Schema& schema,
                const std::vector<EncodedColumn>& encoded) {
  const EncodedColumn& first = encoded[static_cast<std::size_t>(column.head().first)];
  return schema.columns[first.column].role == ColumnRole::outcome;
}

}  // namespace

CellLayout CellLayout::of(const TableCells& cells, const Schema& schema) {
  CellLayout made;
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  std::int64_t longest = 0;
  std::int32_t outcomes = 0;
  for (const CellColumn& column : cells.columns()) {
    const CellFeatures features = cell_features(column);
    const auto size = static_cast<std::int32_t>(column.size());
    made.inputs.push_back({static_cast<std::int32_t>(made.features),
                           static_cast<std::int32_t>(features.width),
                           static_cast<std::int64_t>(made.tables.size())});
    made.tables.insert(made.tables.end(), features.numbers.begin(), features.numbers.end());
    const bool smoothed =
        column.kind() == CellColumn::Kind::quantile && column.values().size() > most_sharp_cells;
    const std::int32_t spread = smoothed ? static_cast<std::int32_t>(column.values().size()) : 0;
    made.heads.push_back({static_cast<std::int32_t>(made.cells), size, spread});
    for (std::int32_t t = 0; t < size; ++t) {
      double sum = 0.0;
      for (std::int32_t other = 0; other < spread; ++other) sum += bell_at(other - t);
      made.inverse_sums.push_back(t < spread ? static_cast<float>(1.0 / sum) : 1.0F);
    }
    longest = std::max<std::int64_t>(longest, size);
    made.features += static_cast<std::int64_t>(features.width);
    made.cells += size;
    outcomes += is_outcome(column, schema, encoded) ? 1 : 0;
  }
  for (std::int64_t d = 0; d < longest; ++d) made.bell.push_back(static_cast<float>(bell_at(d)));
  for (const std::size_t column : drawing_order(cells, schema)) {
    made.order.push_back(static_cast<std::int32_t>(column));
  }
  made.outcomes = std::clamp<std::int32_t>(outcomes, 1, static_cast<std::int32_t>(made.columns()));
  return made;
}

}  // namespace vgan
