// Which curves of a table a model over cells sees as scores of their principal components.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/encode/curve_scores.hpp"

namespace vgan {

/// A curve has up to this many components.
inline constexpr std::size_t most_curve_components = 16;

/// The curves of a table, found by its rows.
struct TableCurves {
  std::vector<CurveScores> scores;
  /// For each curve its pattern ("t_*"), and what becomes of it.
  std::vector<std::pair<std::string, std::string>> notes;
};

/// Finds principal components for each curve of the trials' schema (curve_blocks): as many as hold
/// 99.9 % of the variance, up to `most_curve_components`, but none that holds no more of it than
/// the largest of white noise of what is left would (the edge of V. A. Marchenko and L. A. Pastur,
/// 1967: v (1 + sqrt(columns / rows))^2 with v the mean of what is left for each column). What they
/// do not hold of up to 256 rows is kept as residuals.
///
/// A curve keeps columns by themselves where values are missing, where constraints are about its
/// columns or their roles differ, where there are fewer than 8 rows, or where components that hold
/// three quarters of the variance would be more than half as many as its columns.
TableCurves table_curves(const Trials& trials);

}  // namespace vgan
