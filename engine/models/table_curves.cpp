#include "engine/models/table_curves.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/constraint_rules.hpp"
#include "engine/data/curve_block.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {
namespace {

constexpr double wanted_share = 0.999, least_share = 0.75;
constexpr std::int64_t fewest_rows = 8;
constexpr std::size_t most_residuals = 256, most_residual_numbers = std::size_t{1} << 17;

/// The numbers of one curve in all rows, [rows, count].
struct CurveRows {
  std::size_t rows = 0, count = 0;
  std::vector<double> numbers;

  std::span<double> row(std::size_t i) { return std::span(numbers).subspan(i * count, count); }
};

CurveRows rows_of(const Trials& trials, std::size_t first, std::size_t count) {
  CurveRows made{static_cast<std::size_t>(trials.count), count, {}};
  const auto width = static_cast<std::size_t>(trials.shape.size());
  made.numbers.reserve(made.rows * count);
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < made.rows; ++i) {
          const auto from = values.begin() + static_cast<std::ptrdiff_t>(i * width + first);
          made.numbers.insert(made.numbers.end(), from, from + static_cast<std::ptrdiff_t>(count));
        }
      },
      trials.values);
  return made;
}

// Takes the mean from all rows.
std::vector<double> centre(CurveRows& rows) {
  std::vector<double> mean(rows.count, 0.0);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t t = 0; t < rows.count; ++t) mean[t] += rows.row(i)[t];
  }
  for (double& number : mean) number /= static_cast<double>(rows.rows);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t t = 0; t < rows.count; ++t) rows.row(i)[t] -= mean[t];
  }
  return mean;
}

double squares_of(const std::vector<double>& numbers) {
  double sum = 0.0;
  for (const double number : numbers) sum += number * number;
  return sum;
}

double score_of(std::span<const double> row, std::span<const double> component) {
  double score = 0.0;
  for (std::size_t t = 0; t < row.size(); ++t) score += row[t] * component[t];
  return score;
}

// The sum over all rows of the squares of what lies along a component of length 1.
double held_by(CurveRows& rows, std::span<const double> component) {
  double squares = 0.0;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const double score = score_of(rows.row(i), component);
    squares += score * score;
  }
  return squares;
}

// Takes from all rows what lies along it.
void take(CurveRows& rows, std::span<const double> component) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const std::span<double> row = rows.row(i);
    const double score = score_of(row, component);
    for (std::size_t t = 0; t < row.size(); ++t) row[t] -= score * component[t];
  }
}

// Components are the same in any unit; in that of `deviation` no number is too large for a float.
PrincipalComponents components_of(const CurveRows& rows, double deviation,
                                  const std::string& source) {
  std::vector<double> numbers = rows.numbers;
  for (double& number : numbers) number /= deviation;
  Trials curves;
  curves.count = static_cast<std::int64_t>(rows.rows);
  curves.shape = {1, static_cast<std::int64_t>(rows.count), 1, TrialKind::curve};
  curves.values = std::move(numbers);
  curves.source = source;
  return PrincipalComponents(curves);
}

// Some of what is left of the rows, evenly spread, less its mean.
std::vector<double> residuals_of(CurveRows& left) {
  const std::size_t most = std::min(
      {most_residuals, std::max<std::size_t>(most_residual_numbers / left.count, 8), left.rows});
  CurveRows kept{most, left.count, {}};
  for (std::size_t i = 0; i < most; ++i) {
    const std::span<double> row = left.row(i * left.rows / most);
    kept.numbers.insert(kept.numbers.end(), row.begin(), row.end());
  }
  centre(kept);
  return std::move(kept.numbers);
}

/// A curve by its components, or why there is none.
struct FittedCurve {
  std::optional<CurveScores> scores;
  double share = 0.0;  ///< of the variance that the components hold, 0 to 1
  std::string reason;
};

std::string percent_text(double share) {
  return share > 0.9999 ? "over 99.99 %" : general_text(100.0 * share, 4) + " %";
}

// The component in 24 bits and with its largest number above 0, so that it is no other where an
// eigenvector is in its last bits, or in its sign.
std::vector<double> settled(std::span<const double> component) {
  const auto largest = std::max_element(component.begin(), component.end(), [](double a, double b) {
    return std::fabs(a) < std::fabs(b);
  });
  const float sign = *largest < 0.0 ? -1.0F : 1.0F;
  std::vector<double> made;
  for (const double number : component) {
    made.push_back(static_cast<double>(sign * static_cast<float>(number)));
  }
  return made;
}

// One number far beyond all others, such as -9999 for a value that is missing, would be the first
// component by itself, and the curves would be lost in what the components do not hold. It is told,
// where it lies more than 100 times as far from its column's median as most numbers of most
// columns.
std::string lonely_number(CurveRows& rows, const Schema& schema, std::size_t first_column) {
  std::vector<double> spreads, medians, farthest;
  std::vector<double> column(rows.rows);
  for (std::size_t t = 0; t < rows.count; ++t) {
    for (std::size_t i = 0; i < rows.rows; ++i) column[i] = rows.row(i)[t];
    std::sort(column.begin(), column.end());
    const double median = column[rows.rows / 2];
    medians.push_back(median);
    spreads.push_back(column[rows.rows * 9 / 10] - column[rows.rows / 10]);
    farthest.push_back(median - column.front() > column.back() - median ? column.front()
                                                                        : column.back());
  }
  std::vector<double> sorted = spreads;
  std::sort(sorted.begin(), sorted.end());
  const double spread = sorted[sorted.size() / 2];
  for (std::size_t t = 0; t < rows.count && spread > 0.0; ++t) {
    if (std::fabs(farthest[t] - medians[t]) <= 100.0 * spread) continue;
    return "'" + shortened(schema.columns[first_column + t].name) + "' has " +
           general_text(farthest[t], 6) + ", far from all other numbers";
  }
  return "";
}

FittedCurve fit(CurveRows rows, std::size_t first, const std::string& source) {
  CurveScores::Saved made;
  made.first = first;
  made.mean = centre(rows);
  const double all = squares_of(rows.numbers);
  if (!(all > 0.0) || !std::isfinite(all)) return {std::nullopt, 0.0, "it has no variance"};
  const double deviation = std::sqrt(all / static_cast<double>(rows.numbers.size()));
  const PrincipalComponents found = components_of(rows, deviation, source);
  const std::size_t most =
      std::min({most_curve_components, rows.count / 2, static_cast<std::size_t>(found.size())});
  const double per_row =
      static_cast<double>(rows.count) / static_cast<double>(found.fitted_trials());
  const double edge = std::pow(1.0 + std::sqrt(per_row), 2.0);
  double left = all;
  for (std::size_t s = 0; s < most && left > (1.0 - wanted_share) * all; ++s) {
    const std::vector<double> component = settled(found.component(static_cast<std::int64_t>(s)));
    const double of_each = left / static_cast<double>(rows.count - s);
    if (held_by(rows, component) <= edge * of_each) break;
    take(rows, component);
    left = squares_of(rows.numbers);
    made.components.insert(made.components.end(), component.begin(), component.end());
  }
  const double share = 1.0 - left / all;
  if (made.components.empty() || share < least_share) {
    return {std::nullopt, share,
            "up to " + counted(most, "principal component") + " hold " + percent_text(share) +
                " of the variance"};
  }
  made.residuals = residuals_of(rows);
  return {CurveScores::of_saved(std::move(made)), share, ""};
}

bool constrained(std::size_t column, const Constraints& constraints) {
  const auto lies_in = [&](const std::vector<std::size_t>& columns) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  };
  bool found = constraints.derived_at(column) != nullptr ||
               constraints.combination_at(column) != nullptr || constraints.is_settled(column);
  for (const auto& order : constraints.orders) {
    found = found || order.lower == column || order.upper == column;
  }
  for (const auto& bound : constraints.bounds) found = found || bound.column == column;
  for (const auto& sum : constraints.sums) found = found || lies_in(sum.parts);
  return found;
}

// Why a curve keeps its columns, whatever its numbers are; "": it need not.
std::string reason_to_keep(const Trials& trials, const CurveBlock& block) {
  const Schema& schema = *trials.schema;
  for (std::size_t i = block.first; i < block.first + block.count; ++i) {
    const ColumnSchema& column = schema.columns[i];
    if (column.missing > 0) return "'" + shortened(column.name) + "' has missing values";
    if (constrained(i, schema.constraints)) {
      return "a constraint is about '" + shortened(column.name) + "'";
    }
    if (column.role != schema.columns[block.first].role) return "their roles differ";
  }
  return trials.count < fewest_rows ? "there are few rows" : "";
}

}  // namespace

TableCurves table_curves(const Trials& trials) {
  const Schema& schema = *trials.schema;
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  TableCurves made;
  for (const CurveBlock& block : curve_blocks(schema)) {
    const std::string columns = std::to_string(block.count) + " columns";
    std::string reason = reason_to_keep(trials, block);
    if (reason.empty()) {
      const auto first =
          std::find_if(encoded.begin(), encoded.end(),
                       [&](const EncodedColumn& one) { return one.column == block.first; });
      const auto at = static_cast<std::size_t>(first - encoded.begin());
      CurveRows rows = rows_of(trials, at, block.count);
      const std::string lonely = lonely_number(rows, schema, block.first);
      FittedCurve fitted;
      fitted.reason = lonely;
      if (lonely.empty()) fitted = fit(std::move(rows), at, trials.source);

      if (fitted.scores) {
        const std::size_t size = fitted.scores->size();
        made.notes.emplace_back(block.pattern(),
                                columns + " as " + counted(size, "principal component") + ", " +
                                    percent_text(fitted.share) + " of the variance");
        made.scores.push_back(std::move(*fitted.scores));
        continue;
      }
      reason = fitted.reason;
    }
    made.notes.emplace_back(block.pattern(), columns + ", each by itself: " + reason);
  }
  return made;
}

}  // namespace vgan
