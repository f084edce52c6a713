// Kernel distances with their intervals.
#pragma once

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/kernel_distance.hpp"
#include "engine/metrics/measure.hpp"
#include "engine/metrics/measure_device.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// Groups of rows that sums over pairs are kept for: 40 tell an interval's width to about 11 %.
inline constexpr std::int64_t kernel_groups = 40;

/// kernel_distance and gaussian_mmd, from one pass over all pairs as these need. With `options`,
/// the interval of both sides' rows resampled, in which no row is paired with itself (nor with
/// another copy of it; M. Arcones, E. Gine 1992, doi:10.1214/aos/1176348650), centred. Where both
/// sides are drawn alike it is wider than other draws would be apart, up to twice. Memory is a copy
/// of the features. Throw as kernel_distance and gaussian_mmd.
Estimate kernel_distance_estimate(MeasureDevice& device, const Features& real,
                                  const Features& generated,
                                  const BootstrapOptions* options = nullptr);
Estimate gaussian_mmd_estimate(MeasureDevice& device, const Features& real,
                               const Features& generated, double bandwidth,
                               const BootstrapOptions* options = nullptr);

}  // namespace vgan
