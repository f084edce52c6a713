// Figures of tables as the Python package SDMetrics defines them, so that they can be compared.
#pragma once

#include <optional>

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// Each is 0 to 1, 1 where both sides are alike, and nothing where a side has too few values. They
/// agree with SDMetrics 0.32 (which rounds numbers to 14 decimals first) on the same columns. All
/// throw internal for columns of another kind.

/// KSComplement: 1 - the Kolmogorov-Smirnov distance of the numbers that are not missing.
std::optional<double> ks_complement(const MeasuredColumn& real, const MeasuredColumn& generated);

/// TVComplement: 1 - half the sum of differences of the shares of words among those that are not
/// missing.
std::optional<double> tv_complement(const MeasuredColumn& real, const MeasuredColumn& generated);

/// CorrelationSimilarity: 1 - half the difference of the Pearson correlations of two columns of
/// numbers, over rows that miss neither. Nothing where a column does not vary.
std::optional<double> correlation_similarity(const MeasuredColumn& real_one,
                                             const MeasuredColumn& real_two,
                                             const MeasuredColumn& generated_one,
                                             const MeasuredColumn& generated_two);

/// ContingencySimilarity: 1 - half the sum of differences of the shares of pairs of words of two
/// columns; a missing cell is a word of its own. (SDMetrics can cut columns of numbers into ten
/// cells for it too; see pair_trend for those.)
std::optional<double> contingency_similarity(const MeasuredColumn& real_one,
                                             const MeasuredColumn& real_two,
                                             const MeasuredColumn& generated_one,
                                             const MeasuredColumn& generated_two);

/// Means over all columns, and over all pairs of columns of one kind (of more than `most_pairs` as
/// many, drawn by the seed), that have a figure; nothing where none has.
struct SdMetricsFigures {
  std::optional<double> ks_complement, tv_complement;
  std::optional<double> correlation, contingency;
};

/// Throws as require_same_columns.
SdMetricsFigures sdmetrics_figures(const MeasuredRows& real, const MeasuredRows& generated,
                                   std::uint64_t seed = 0);

}  // namespace vgan
