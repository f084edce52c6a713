// Figures of tables with their intervals.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/measure.hpp"
#include "engine/metrics/measured_rows.hpp"
#include "engine/metrics/utility.hpp"

namespace vgan {

/// column_shape of all columns; rows of both sides resampled, the same in all columns. Centred, as
/// both distances grow where rows come again, and within 0 to 1. Time is resamples * rows *
/// columns. Throws as column_shape.
Estimate column_shape_estimate(const MeasuredRows& real, const MeasuredRows& generated,
                               const BootstrapOptions& options = {});

/// pair_trend; rows of both sides resampled, centred, within 0 to 1. Memory is 300 numbers for each
/// pair and 50 rows. Throws as pair_trend.
Estimate pair_trend_estimate(const MeasuredRows& reference, const MeasuredRows& rows,
                             const BootstrapOptions& options = {});

/// two_sample_auc; the rows of both sides that are judged are resampled under the trees that were
/// learned once, so the interval does not tell how much other trees would differ. Percentiles.
std::optional<Estimate> two_sample_estimate(const MeasuredRows& real, const MeasuredRows& generated,
                                            std::uint64_t seed,
                                            const BootstrapOptions& options = {});

/// utility; the held-out rows are resampled under the trees that were learned once. Percentiles.
std::optional<Estimate> utility_estimate(const Outcome& outcome, const MeasuredRows& rows,
                                         const MeasuredRows& held_out, std::uint64_t seed,
                                         const BootstrapOptions& options = {});

}  // namespace vgan
