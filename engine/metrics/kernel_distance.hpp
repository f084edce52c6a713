// Distances of two sets of features by a kernel over pairs: squared maximum mean discrepancies.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/metrics/measure_device.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// The unbiased estimate of MMD^2 (A. Gretton et al., "A kernel two-sample test", JMLR 2012,
/// equation 3): the mean of the kernel over pairs of two real rows, and of two generated ones, none
/// a row with itself, less twice the mean over pairs of both kinds. Expected to be 0 where both are
/// drawn alike, so that it can come out below. Sums are in double, in a fixed order; memory beside
/// the rows is one number for each. Time is the squares and the product of the numbers of rows.
/// Both throw internal for fewer than two rows on either side and for other columns.

/// By the kernel (x.y / columns + 1)^3: the kernel inception distance of M. Binkowski et al. 2018,
/// arXiv:1801.01401, in whatever features these are.
double kernel_distance(MeasureDevice& device, const Features& real, const Features& generated);
/// By the kernel exp(-|x - y|^2 / (2 bandwidth^2)). Throws internal unless `bandwidth` is above 0.
double gaussian_mmd(MeasureDevice& device, const Features& real, const Features& generated,
                    double bandwidth);

/// The median of the distances between two different rows of up to `most`, evenly spread: the usual
/// bandwidth of gaussian_mmd (Gretton et al. 2012, section 8). 1 where that is 0. Throws internal
/// for fewer than two rows.
double median_bandwidth(const Features& rows, std::int64_t most = 1000);

}  // namespace vgan
