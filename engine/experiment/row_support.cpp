#include "engine/experiment/row_support.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <utility>

#include "engine/encode/cell_distribution.hpp"
#include "engine/encode/score_curve.hpp"

namespace vgan {
namespace {

constexpr std::int64_t reference_rows = 2000;
constexpr std::uint64_t reference_seed = 1;
constexpr double outside_share = 0.001, edge_share = 0.05;
constexpr double outside_factor = 10.0, edge_factor = 2.0;  // less probable than the middle row
constexpr double tolerance = 0.01;                          // of the distance of the numbers seen
constexpr double least_share = 1e-9;
constexpr double rows_of_score =
    50.0;                              // fewer, and scores of a curve do not say what goes together
constexpr double beyond_share = 0.01;  // of normal curves, that have any score beyond its reach

/// Rows of which each shows some of its cells.
struct ShownRows {
  std::int64_t count = 0;
  std::function<bool(std::int64_t row, std::size_t column)> shows;
  std::function<std::int32_t(std::int64_t row, std::size_t column)> cell;
};

double data_share(const CellColumn& column, std::size_t cell, std::int32_t missing) {
  if (cell >= column.shares().size()) return 0.0;
  double known = 1.0;
  const auto at = static_cast<std::size_t>(missing);
  if (missing >= 0 && at < column.shares().size()) known -= column.shares()[at];
  return known > 0.0 ? column.shares()[cell] / known : 0.0;
}

// How many rows a column of numbers was cut by; infinite where its cells do not say it, of many.
double rows_of(const CellColumn& column) {
  if (column.kind() != CellColumn::Kind::quantile) return std::numeric_limits<double>::infinity();
  std::size_t rows = 0;
  for (std::size_t cell = 0; cell < column.values().size(); ++cell) {
    const std::size_t members = column.members(cell).size();
    if (members == CellColumn::most_kept) return std::numeric_limits<double>::infinity();
    rows += members;
  }
  return static_cast<double>(rows);
}

// Whether what the network says of a column counts: a network that has learnt few curves by many
// scores has learnt them by heart, and takes every other curve for one whose scores do not belong
// together.
bool counts(const TableCells& cells, std::size_t column) {
  const CurveScores* const curve = cells.curve_of(column);
  return curve == nullptr ||
         rows_of(cells.columns()[column]) >= rows_of_score * static_cast<double>(curve->size());
}

// The quantile of Student's t, from the normal one (R. A. Fisher, E. A. Cornish, Technometrics
// 2(2), 1960).
double student_quantile(double level, double freedom) {
  const double z = normal_quantile(level), cube = z * z * z;
  return z + (cube + z) / (4.0 * freedom) +
         (5.0 * cube * z * z + 16.0 * cube + 3.0 * z) / (96.0 * freedom * freedom);
}

// How far a score of a curve may lie from the mean of those that were seen: so far that of new
// curves with normal scores one in a hundred has any of them farther out. Components were fitted to
// the rows, which takes as many degrees of freedom.
double reach_of(const CurveScores& curve, const CellColumn& column) {
  const double rows = rows_of(column), scores = static_cast<double>(curve.size());
  const double level = 1.0 - 0.5 * beyond_share / scores;
  if (!std::isfinite(rows)) return normal_quantile(level) * data_deviation(column);
  const double freedom = std::max(rows - 1.0 - scores, 1.0);
  return student_quantile(level, freedom) * data_deviation(column) *
         std::sqrt(rows / freedom * (1.0 + 1.0 / rows));
}

std::vector<double> scores_of(const ShownRows& rows, const TableCells& cells,
                              const std::vector<CellPlace>& places, CellPredictor& predictor) {
  std::vector<double> scores(static_cast<std::size_t>(rows.count), 0.0);
  std::vector<bool> shown_before(scores.size(), false);
  const std::vector<std::int32_t>& order = predictor.order();
  for (auto now = order.begin(); now != order.end(); ++now) {
    const auto column = static_cast<std::size_t>(*now);
    std::vector<std::int64_t> asked;
    for (std::int64_t row = 0; row < rows.count; ++row) {
      if (!rows.shows(row, column)) continue;
      const auto at = static_cast<std::size_t>(row);
      if (shown_before[at] && counts(cells, column)) asked.push_back(row);
      shown_before[at] = true;
    }
    const auto show = [&](std::int64_t row, std::span<std::int32_t> of_row,
                          std::span<std::uint8_t> observed) {
      for (auto before = order.begin(); before != now; ++before) {
        const auto j = static_cast<std::size_t>(*before);
        if (!rows.shows(row, j)) continue;
        of_row[j] = rows.cell(row, j);
        observed[j] = 1;
      }
    };
    const std::int32_t missing = places[column].missing;
    predictor.predict(asked, column, show, [&](std::int64_t row, std::span<const float> shares) {
      const auto cell = static_cast<std::size_t>(rows.cell(row, column));
      const double known = share_of_known(shares, missing);
      const double predicted = known > 0.0 ? static_cast<double>(shares[cell]) / known : 0.0;
      const double seen = data_share(cells.columns()[column], cell, missing);
      scores[static_cast<std::size_t>(row)] +=
          std::log(std::max(predicted, least_share) / std::max(seen, least_share));
    });
  }
  return scores;
}

/// Scores below which a row is outside or on the edge.
struct Limits {
  double outside = 0.0, edge = 0.0;
};

Limits limits_of(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  const double middle = scores[scores.size() / 2];
  const auto lowest = [&](double share) {
    return scores[static_cast<std::size_t>(share * static_cast<double>(scores.size()))];
  };
  return {std::min(lowest(outside_share), middle - std::log(outside_factor)),
          std::min(lowest(edge_share), middle - std::log(edge_factor))};
}

// Whether a given number is none that lies among those that were seen.
bool is_beyond(double number, const TableCells& cells, std::size_t at) {
  const CellColumn& column = cells.columns()[at];
  const bool quantiles = column.kind() == CellColumn::Kind::quantile;
  const double least = quantiles ? column.members(0).front() : column.values().front();
  const double greatest =
      quantiles ? column.members(column.values().size() - 1).back() : column.values().back();
  const double slack =
      tolerance * (greatest - least) + 1e-9 * std::max(std::fabs(least), std::fabs(greatest));
  if (number >= least - slack && number <= greatest + slack) return false;
  const CurveScores* const curve = cells.curve_of(at);
  if (curve == nullptr) return true;
  // The scores of a new curve lie beyond those of few others as a rule, for there are many of them.
  const std::vector<float> none(column.size(), 0.0F);  // the data's own distribution
  return std::fabs(number - CellDistribution(column, none).mean()) > reach_of(*curve, column);
}

}  // namespace

bool is_between(double number, const CellColumn& column) {
  if (column.kind() == CellColumn::Kind::quantile || !column.ordered()) return false;
  const auto& values = column.values();
  const double slack = 1e-9 * std::max(std::fabs(values.front()), std::fabs(values.back()));
  return number > values.front() && number < values.back() &&
         std::none_of(values.begin(), values.end(),
                      [&](double value) { return std::fabs(number - value) <= slack; });
}

/// The limits of rows that show certain columns, by rows that the model draws.
class RowSupport::References {
 public:
  References(const TableCells& cells, const std::vector<CellPlace>& places,
             CellPredictor& predictor)
      : cells_(cells), places_(places), predictor_(predictor) {}

  Limits limits(const std::vector<bool>& shown) {
    // A first column is not scored.
    if (std::count(shown.begin(), shown.end(), true) < 2) return {};
    const auto known = limits_.find(shown);
    if (known != limits_.end()) return known->second;
    if (drawn_.empty()) {
      CellRequest request;
      request.seed = reference_seed;
      request.count = reference_rows;
      drawn_ = predictor_.drawn(std::move(request), places_).cells;
    }
    const ShownRows rows = {reference_rows,
                            [&](std::int64_t, std::size_t j) { return bool{shown[j]}; },
                            [&](std::int64_t row, std::size_t j) {
                              return drawn_[static_cast<std::size_t>(row) * shown.size() + j];
                            }};
    const Limits made = limits_of(scores_of(rows, cells_, places_, predictor_));
    limits_.emplace(shown, made);
    return made;
  }

 private:
  const TableCells& cells_;
  const std::vector<CellPlace>& places_;
  CellPredictor& predictor_;
  std::vector<std::int32_t> drawn_;
  std::map<std::vector<bool>, Limits> limits_;
};

RowSupport::RowSupport(const TableCells& cells, const std::vector<CellPlace>& places,
                       CellPredictor& predictor)
    : cells_(cells),
      places_(places),
      predictor_(predictor),
      references_(std::make_unique<References>(cells, places, predictor)) {}

RowSupport::~RowSupport() = default;

std::vector<Support> RowSupport::of(const GivenRows& given) {
  const std::size_t width = predictor_.columns();
  const ShownRows rows = {given.rows(),
                          [&](std::int64_t row, std::size_t j) { return given.is_given(row, j); },
                          [&](std::int64_t row, std::size_t j) { return given.cell(row, j); }};
  const std::vector<double> scores = scores_of(rows, cells_, places_, predictor_);
  std::vector<Support> made;
  for (std::int64_t row = 0; row < given.rows(); ++row) {
    std::vector<bool> shown(width);
    bool beyond = given.gives_strange_curve(row), between = false;
    for (std::size_t j = 0; j < width; ++j) {
      shown[j] = given.is_given(row, j);
      if (!shown[j] || places_[j].only_missing) continue;
      const double number = given.seen(row, j);
      beyond = beyond || is_beyond(number, cells_, j);
      between = between || is_between(number, cells_.columns()[j]);
    }
    const Limits limits = references_->limits(shown);
    const double score = scores[static_cast<std::size_t>(row)];
    made.push_back(beyond || score < limits.outside ? Support::outside
                   : between || score < limits.edge ? Support::edge
                                                    : Support::inside);
  }
  return made;
}

}  // namespace vgan
