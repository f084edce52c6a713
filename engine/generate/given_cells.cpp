// Given values as the network sees them: their cells, and curves as a whole.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void GivenRows::require_whole_curves(const Table& table, const TableCells& cells,
                                     const Schema& schema) const {
  for (const CurveScores& curve : cells.curves()) {
    const CurveColumns own = columns_of(curve, schema);
    std::vector<std::size_t> there;  // which of columns_
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (columns_[k] >= own.first && columns_[k] < own.end) there.push_back(k);
    }
    for (std::int64_t row = 0; row < rows_ && !there.empty(); ++row) {
      const auto is_free = [&](std::size_t k) {
        return std::isnan(values_[k][static_cast<std::size_t>(row)]);
      };
      const auto free = std::count_if(there.begin(), there.end(), is_free);
      const auto given = there.size() - static_cast<std::size_t>(free);
      if (given == 0 || given == curve.count()) continue;
      const auto first_free = std::find_if(there.begin(), there.end(), is_free);
      const bool in_file = first_free != there.end();
      throw Error(
          ErrorCode::bad_data,
          {"cannot take given values", in_file ? table.cell_place(row, *first_free) : table.source,
           std::to_string(given) + " of the " + std::to_string(curve.count()) + " samples of " +
               curve_text(curve, schema),
           "all of them, or none", "the model knows the curve as a whole"});
    }
  }
}

// Makes the cells that are given of the values and the encoded rows.
void GivenRows::show(const TableCells& cells, const Schema& schema) {
  settled_.assign(encoded_.size(), 0);
  cells_.assign(static_cast<std::size_t>(rows_) * width_, 0);
  observed_.assign(cells_.size(), 0);
  seen_.assign(cells_.size(), no_value);
  strange_.assign(static_cast<std::size_t>(rows_), 0);
  std::vector<double> scored = encoded_;
  for (std::size_t first = 0; first < scored.size(); first += numbers_) {
    cells.to_scores(std::span(scored).subspan(first, numbers_));
  }
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  for (std::size_t j = 0; j < width_; ++j) {
    const auto head = static_cast<std::size_t>(cells.columns()[j].head().first);
    const std::size_t index = encoded[head].column;
    const CurveScores* curve = cells.curve_of(j);
    const CurveColumns own =
        curve != nullptr ? columns_of(*curve, schema) : CurveColumns{index, index + 1};
    // Curves are whole: where one of their samples is given, all are.
    const auto given = std::find(columns_.begin(), columns_.end(), index);
    if (given == columns_.end()) continue;
    const auto& values = values_[static_cast<std::size_t>(given - columns_.begin())];
    for (std::int64_t row = 0; row < rows_; ++row) {
      const double value = values[static_cast<std::size_t>(row)];
      if (std::isnan(value)) continue;
      const std::size_t first = static_cast<std::size_t>(row) * numbers_;
      const auto numbers = std::span<const double>(scored).subspan(first, numbers_);
      cells_[at(row, j)] = static_cast<std::int32_t>(cells.columns()[j].cell_of(numbers));
      observed_[at(row, j)] = 1;
      seen_[at(row, j)] = curve != nullptr ? numbers[head] : value;
      if (curve != nullptr && head == curve->first()) {
        const bool strange =
            curve->is_strange(std::span<const double>(encoded_).subspan(first, numbers_));
        strange_[static_cast<std::size_t>(row)] |= strange ? 1 : 0;
      }
      for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i].column >= own.first && encoded[i].column < own.end) settled_[first + i] = 1;
      }
    }
  }
}

}  // namespace vgan
