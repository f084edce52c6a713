#include "engine/encode/table_cells.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>
#include <variant>

#include "engine/encode/cell_rows.hpp"
#include "engine/encode/design_columns.hpp"
#include "engine/encode/score_curve.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

using Part = EncodedColumn::Part;

constexpr double design_share = 0.3;
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// The numbers that a choice is among; none for words and combinations.
std::vector<double> choice_values(const Schema& schema, const EncodedColumn& first) {
  return first.part == Part::value ? schema.columns[first.column].values : std::vector<double>();
}

// The numbers of one head in all rows: a number, or which category; NaN: missing.
std::vector<double> numbers_of(const CellColumn& category, const std::vector<double>& rows,
                               std::size_t width) {
  const Head& head = category.head();
  std::vector<double> numbers;
  for (std::size_t at = 0; at < rows.size(); at += width) {
    const std::span<const double> row = std::span(rows).subspan(at, width);
    if (head.kind != HeadKind::number) {
      const std::size_t cell = category.cell_of(row);
      numbers.push_back(cell < category.values().size() ? category.values()[cell] : no_value);
    } else if (head.missing >= 0 && row[static_cast<std::size_t>(head.missing)] > 0.5) {
      numbers.push_back(no_value);
    } else {
      numbers.push_back(row[static_cast<std::size_t>(head.first)]);
    }
  }
  return numbers;
}

std::vector<double> known(const std::vector<double>& numbers) {
  std::vector<double> kept;
  std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(kept),
               [](double number) { return !std::isnan(number); });
  if (kept.empty()) kept.push_back(0.0);
  return kept;
}

std::vector<double> rows_of(const Trials& trials) {
  return std::visit(
      [](const auto& values) { return std::vector<double>(values.begin(), values.end()); },
      trials.values);
}

// The `bins` quantiles of the numbers of a column's cells, each as often as it has rows; those that
// are the same once.
std::vector<double> quantiles_of(const CellColumn& column, std::size_t bins) {
  std::vector<double> quantiles;
  for (std::size_t k = 0; k <= bins; ++k) {
    const double wanted = static_cast<double>(k) / static_cast<double>(bins);
    double below = 0.0;
    std::size_t cell = 0;
    while (cell + 1 < column.shares().size() && below + column.shares()[cell] < wanted) {
      below += column.shares()[cell++];
    }
    double quantile = column.values()[cell];
    if (column.kind() == CellColumn::Kind::quantile) {
      const std::span<const double> seen = column.members(cell);
      const double inside = std::clamp((wanted - below) / column.shares()[cell], 0.0, 1.0);
      quantile = seen[static_cast<std::size_t>(
          std::lround(inside * static_cast<double>(seen.size() - 1)))];
    }
    if (quantiles.empty() || quantile > quantiles.back()) quantiles.push_back(quantile);
  }
  return quantiles;
}

// The normal scores of cells, each that of the middle of its rank.
std::vector<double> scores_of(const CellColumn& column) {
  std::vector<double> scores;
  double below = 0.0;
  for (const double share : column.shares()) {
    scores.push_back(normal_quantile(std::clamp(below + 0.5 * share, 1e-6, 1.0 - 1e-6)));
    below += share;
  }
  return scores;
}

}  // namespace

CellFeatures cell_features(const CellColumn& column, std::size_t bins, std::size_t most_one_hot) {
  const std::size_t cells = column.size(), known = column.values().size();
  std::vector<std::vector<double>> features;  // of which each has a number for each known cell
  if (column.ordered()) {
    const std::vector<double>& values = column.values();
    features.push_back(scores_of(column));
    const std::vector<double> ends = quantiles_of(column, bins);
    for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
      std::vector<double>& code = features.emplace_back();
      for (const double value : values) {
        code.push_back(std::clamp((value - ends[k]) / (ends[k + 1] - ends[k]), 0.0, 1.0));
      }
    }
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    double squares = 0.0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    const double deviation = std::sqrt(squares / static_cast<double>(values.size()));
    std::vector<double>& standard = features.emplace_back();
    for (const double value : values) {
      standard.push_back(deviation > 0.0 ? (value - mean) / deviation : 0.0);
    }
  }
  const std::size_t own = !column.ordered() || cells <= most_one_hot ? cells : 0;
  CellFeatures made{features.size() + own + 1, {}};
  made.numbers.assign(cells * made.width, 0.0F);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const auto row = std::span(made.numbers).subspan(cell * made.width, made.width);
    for (std::size_t i = 0; i < features.size() && cell < known; ++i) {
      row[i] = static_cast<float>(features[i][cell]);
    }
    if (own > 0) row[features.size() + cell] = 1.0F;
    row.back() = 1.0F;
  }
  return made;
}

std::vector<Head> cell_heads(const Schema& schema, const std::vector<CurveScores>& curves) {
  std::vector<Head> kept;
  for (const Head& head : heads_of(schema)) {
    const bool of_number =
        !kept.empty() && kept.back().kind == HeadKind::number && kept.back().missing == head.first;
    const auto first = static_cast<std::size_t>(head.first);
    const bool of_sample = std::any_of(curves.begin(), curves.end(), [&](const CurveScores& one) {
      return one.has(first) && first - one.first() >= one.size();
    });
    if (!of_number && !of_sample) kept.push_back(head);
  }
  return kept;
}

TableCells TableCells::fit(const Trials& trials, std::vector<CurveScores> curves,
                           const CellColumn::Options& options) {
  const Schema& schema = *trials.schema;
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  const std::vector<Head> heads = cell_heads(schema, curves);
  std::vector<double> rows = rows_of(trials);
  for (std::size_t at = 0; at < rows.size() && !curves.empty(); at += encoded.size()) {
    for (const CurveScores& curve : curves) {
      curve.to_scores(std::span(rows).subspan(at, encoded.size()));
    }
  }
  std::vector<std::vector<double>> numbers;
  for (const Head& head : heads) {
    const auto& first = encoded[static_cast<std::size_t>(head.first)];
    numbers.push_back(numbers_of(CellColumn::of_category(head, choice_values(schema, first)), rows,
                                 encoded.size()));
  }
  const std::vector<double> shares = shares_with_nearest(numbers);
  std::vector<CellColumn> columns;
  for (std::size_t j = 0; j < heads.size(); ++j) {
    const auto& first = encoded[static_cast<std::size_t>(heads[j].first)];
    if (heads[j].kind == HeadKind::number) {
      columns.push_back(
          CellColumn::of_numbers(heads[j], known(numbers[j]), shares[j] > design_share, options));
    } else {
      CellColumn& made =
          columns.emplace_back(CellColumn::of_category(heads[j], choice_values(schema, first)));
      std::vector<std::size_t> of_cells(made.size(), 0);
      for (std::size_t at = 0; at < rows.size(); at += encoded.size()) {
        ++of_cells[made.cell_of(std::span(rows).subspan(at, encoded.size()))];
      }
      made.weigh(of_cells);
    }
  }
  return {std::move(columns), encoded.size(), std::move(curves)};
}

TableCells::TableCells(std::vector<CellColumn> columns, std::size_t numbers,
                       std::vector<CurveScores> curves)
    : columns_(std::move(columns)), numbers_(numbers), curves_(std::move(curves)) {}

const CurveScores* TableCells::curve_of(std::size_t column) const {
  const auto first = static_cast<std::size_t>(columns_[column].head().first);
  const auto found = std::find_if(curves_.begin(), curves_.end(),
                                  [&](const CurveScores& one) { return one.has(first); });
  return found == curves_.end() ? nullptr : &*found;
}

void TableCells::to_scores(std::span<double> row) const {
  for (const CurveScores& curve : curves_) curve.to_scores(row);
}

void TableCells::encode(std::span<const double> row, std::span<std::int32_t> cells) const {
  std::vector<double> scored;
  if (!curves_.empty()) {
    scored.assign(row.begin(), row.end());
    to_scores(scored);
    row = scored;
  }
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    cells[j] = static_cast<std::int32_t>(columns_[j].cell_of(row));
  }
}

void TableCells::decode(std::span<const std::int32_t> cells, std::span<const float> u,
                        std::span<double> row) const {
  for (std::size_t j = 0; j < columns_.size(); ++j) {
    columns_[j].put(static_cast<std::size_t>(cells[j]), static_cast<double>(u[j]), row);
  }
  for (const CurveScores& curve : curves_) {
    math::Words4 choice{0, 0, 0, 0};
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      if (!curve.has(static_cast<std::size_t>(columns_[j].head().first))) continue;
      choice = math::philox4x32_10(choice, std::bit_cast<std::uint32_t>(u[j]), 0);
    }
    curve.to_curve(row, choice.x);
  }
}

std::vector<std::int32_t> encode_cells(const TableCells& table, const Trials& trials) {
  const std::size_t columns = table.columns().size();
  std::vector<std::int32_t> cells(static_cast<std::size_t>(trials.count) * columns);
  std::visit(
      [&](const auto& values) {
        std::vector<double> row(table.numbers());
        for (std::size_t i = 0; i < static_cast<std::size_t>(trials.count); ++i) {
          const auto first = values.begin() + static_cast<std::ptrdiff_t>(i * row.size());
          std::copy_n(first, row.size(), row.begin());
          table.encode(row, std::span(cells).subspan(i * columns, columns));
        }
      },
      trials.values);
  return cells;
}

bool fits_schema(const CellColumn& column, const Schema& schema) {
  const EncodedColumn first =
      encoded_columns(schema)[static_cast<std::size_t>(column.head().first)];
  if (column.kind() == CellColumn::Kind::category) {
    const CellColumn own = CellColumn::of_category(column.head(), choice_values(schema, first));
    return column.values() == own.values() && column.ordered() == own.ordered() &&
           column.may_be_missing() == own.may_be_missing();
  }
  const ColumnSchema& of = schema.columns[first.column];
  if (of.kind != ColumnKind::ordinal) return true;
  const auto is_place = [&](double number) {
    return number >= 0.0 && number < static_cast<double>(of.words.size()) &&
           number == std::floor(number);
  };
  for (std::size_t cell = 0; cell < column.values().size(); ++cell) {
    const bool grid = column.kind() == CellColumn::Kind::grid;
    if (grid && !is_place(column.values()[cell])) return false;
    for (const double number : grid ? std::span<const double>() : column.members(cell)) {
      if (!is_place(number)) return false;
    }
  }
  return true;
}

std::vector<std::size_t> drawing_order(const TableCells& cells, const Schema& schema) {
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  std::vector<std::size_t> order(cells.columns().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&](std::size_t j) {
    const CellColumn& column = cells.columns()[j];
    const auto& first = encoded[static_cast<std::size_t>(column.head().first)];
    const bool outcome = schema.columns[first.column].role == ColumnRole::outcome;
    return std::tuple(outcome, column.kind() == CellColumn::Kind::quantile, column.size());
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  return order;
}

}  // namespace vgan
