// The Frechet distance between Gaussians.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/stats/principal_components.hpp"

namespace vgan {

struct Gaussian {
  std::int64_t size = 0;
  std::vector<double> mean;        ///< [size]
  std::vector<double> covariance;  ///< [size, size]
};

/// Mean and covariance (over rows - 1) of the rows. Throws internal for fewer than two.
Gaussian fit_gaussian(const Features& features);

/// |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), in the features' units squared (Dowson and Landau
/// 1982; Heusel et al. 2017, arXiv:1706.08500, have it of an Inception network's features). The
/// trace of the root is that of (R S2 R)^(1/2), R = S1^(1/2), which is symmetric.
double frechet_distance(const Gaussian& one, const Gaussian& two);

}  // namespace vgan
