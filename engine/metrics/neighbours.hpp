// What nearest neighbours say of two sets of features.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/stats/principal_components.hpp"

namespace vgan {

struct PrecisionRecall {
  double precision = 0.0;  ///< share of the generated that lie among the real
  double recall = 0.0;     ///< share of the real that lie among the generated
};

/// Kynkaanniemi et al. 2019, arXiv:1904.06991: a set's manifold is the union of balls around its
/// points, each as wide as the way to its point's `neighbours`-th nearest other point. Time grows
/// with the product of rows. Throws internal for no more rows than `neighbours` on either side.
PrecisionRecall precision_recall(const Features& real, const Features& generated,
                                 std::int64_t neighbours = 3);

/// For each row of `queries` the row of `points` next to it, the first of several.
std::vector<std::int64_t> nearest(const Features& points, const Features& queries);

}  // namespace vgan
