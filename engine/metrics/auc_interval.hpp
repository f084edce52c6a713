// The AUC of scores with its interval.
#pragma once

#include <span>

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/measure.hpp"
#include "engine/metrics/weighted_rows.hpp"

namespace vgan {

/// The AUC of rows that come `positives` and `negatives` times; 0.5 where a side has none.
double weighted_auc(const SortedRows& positive, std::span<const std::int32_t> positives,
                    const SortedRows& negative, std::span<const std::int32_t> negatives);

/// The share of pairs of a positive and a negative whose scores stand in that order, equal ones
/// counting half, as vgan::auc has it; 0 to 1. With `options`, the percentile interval of both
/// sides resampled, by one sort and a pass over the rows a resample; else none. Throws internal for
/// no rows on a side.
Estimate auc_estimate(std::span<const double> positive, std::span<const double> negative,
                      const BootstrapOptions* options = nullptr);

}  // namespace vgan
