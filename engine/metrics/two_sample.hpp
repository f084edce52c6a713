// Whether a classifier can tell two sets of rows apart.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// The classifier two-sample test (Lopez-Paz and Oquab 2017, arXiv:1610.06545): the AUC of
/// BoostedTrees that tell rows of `one` from as many of `two`, the mean over 5 folds, each judged
/// by trees of the other four. 0.5: they cannot; 1: always. As many rows as the smaller side has,
/// up to `most_told` of each, drawn by the seed; of few rows, other draws and folds, up to
/// `most_draws`, until about 2,000 rows of each side were judged, and the mean of all. Nothing
/// where either side has fewer than 10 rows.
std::optional<double> two_sample_auc(const MeasuredRows& one, const MeasuredRows& two,
                                     std::uint64_t seed);

/// What the trees of one fold say of the rows that they did not learn: scores of rows of `one` and
/// of `two`, higher where a row is held to be of `two`, and the rows' numbers there.
struct ToldFold {
  std::vector<double> one, two;
  std::vector<std::int64_t> rows_one, rows_two;
};

/// All folds of all draws, as two_sample_auc has them; none where either side has fewer than 10
/// rows.
std::vector<ToldFold> two_sample_folds(const MeasuredRows& one, const MeasuredRows& two,
                                       std::uint64_t seed);

inline constexpr std::int64_t most_told = 10000;
inline constexpr std::int64_t most_draws = 8;

}  // namespace vgan
