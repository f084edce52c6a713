#include "engine/encode/curve_scores.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/text.hpp"
#include "engine/data/curve_block.hpp"

namespace vgan {

std::optional<CurveScores> CurveScores::of_saved(Saved saved) {
  const std::size_t count = saved.mean.size();
  const auto finite = [](const std::vector<double>& numbers) {
    return std::all_of(numbers.begin(), numbers.end(),
                       [](double number) { return std::isfinite(number); });
  };
  const bool whole = count > 0 && saved.components.size() % count == 0 &&
                     saved.residuals.size() % count == 0 && !saved.components.empty() &&
                     saved.components.size() / count <= count;
  // Rows of length 1, up to rounding.
  const bool short_enough =
      std::all_of(saved.components.begin(), saved.components.end(),
                  [](double number) { return std::fabs(number) < 1.0 + 1e-6; });
  if (!whole || !short_enough || !finite(saved.mean) || !finite(saved.components) ||
      !finite(saved.residuals)) {
    return std::nullopt;
  }
  return CurveScores(std::move(saved));
}

void CurveScores::to_scores(std::span<double> row) const {
  const std::span<double> curve = row.subspan(first(), count());
  std::vector<double> scores(size(), 0.0);
  for (std::size_t s = 0; s < scores.size(); ++s) {
    const double* component = saved_.components.data() + s * count();
    for (std::size_t t = 0; t < curve.size(); ++t) {
      scores[s] += component[t] * (curve[t] - saved_.mean[t]);
    }
  }
  std::fill(curve.begin(), curve.end(), 0.0);
  std::copy(scores.begin(), scores.end(), curve.begin());
}

void CurveScores::to_curve(std::span<double> row) const {
  const std::span<double> curve = row.subspan(first(), count());
  const std::vector<double> scores(curve.begin(),
                                   curve.begin() + static_cast<std::ptrdiff_t>(size()));
  std::copy(saved_.mean.begin(), saved_.mean.end(), curve.begin());
  for (std::size_t s = 0; s < scores.size(); ++s) {
    const double* component = saved_.components.data() + s * count();
    for (std::size_t t = 0; t < curve.size(); ++t) curve[t] += scores[s] * component[t];
  }
}

void CurveScores::to_curve(std::span<double> row, std::uint64_t choice) const {
  to_curve(row);
  const std::span<double> curve = row.subspan(first(), count());
  const std::size_t residuals = saved_.residuals.size() / count();
  if (residuals == 0) return;
  const double* residual = saved_.residuals.data() + (choice % residuals) * count();
  for (std::size_t t = 0; t < curve.size(); ++t) curve[t] += residual[t];
}

bool CurveScores::is_strange(std::span<const double> row) const {
  const auto length_of = [](std::span<const double> numbers) {
    double squares = 0.0;
    for (const double number : numbers) squares += number * number;
    return std::sqrt(squares);
  };
  std::vector<double> made(row.begin(), row.end());
  to_scores(made);
  to_curve(made);
  std::vector<double> rest, distance;
  for (std::size_t t = first(); t < first() + count(); ++t) {
    rest.push_back(row[t] - made[t]);
    distance.push_back(row[t] - saved_.mean[t - first()]);
  }
  double longest = 0.0;
  for (std::size_t at = 0; at < saved_.residuals.size(); at += count()) {
    longest = std::max(longest, length_of(std::span(saved_.residuals).subspan(at, count())));
  }
  return length_of(rest) > 2.0 * longest + 0.01 * length_of(distance);
}

CurveColumns columns_of(const CurveScores& curve, const Schema& schema) {
  const std::size_t first = encoded_columns(schema)[curve.first()].column;
  return {first, first + curve.count()};
}

const CurveScores* curve_at(const std::vector<CurveScores>& curves, const Schema& schema,
                            std::size_t column) {
  for (const CurveScores& curve : curves) {
    const CurveColumns columns = columns_of(curve, schema);
    if (column >= columns.first && column < columns.end) return &curve;
  }
  return nullptr;
}

std::string curve_text(const CurveScores& curve, const Schema& schema) {
  const CurveColumns columns = columns_of(curve, schema);
  return "the curve '" + shortened(schema.columns[columns.first].name) + "' to '" +
         shortened(schema.columns[columns.end - 1].name) + "'";
}

bool fits_schema(const CurveScores& curve, const Schema& schema) {
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  if (curve.first() >= encoded.size() || curve.count() > encoded.size() - curve.first()) {
    return false;
  }
  const ColumnSchema& leader = schema.columns[encoded[curve.first()].column];
  for (std::size_t t = 0; t < curve.count(); ++t) {
    const EncodedColumn& one = encoded[curve.first() + t];
    const ColumnSchema& column = schema.columns[one.column];
    if (one.part != EncodedColumn::Part::number || column.kind != ColumnKind::curve ||
        column.missing > 0 || column.role != leader.role ||
        one.column != encoded[curve.first()].column + t) {
      return false;
    }
  }
  return true;
}

}  // namespace vgan
