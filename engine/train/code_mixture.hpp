// Fitting a mixture of Gaussians with full covariances, on the host, in double.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/view.hpp"

namespace vgan {

struct CodeMixture {
  std::vector<double> weight;  ///< [K], sums to 1; 0 for a component that no trial belongs to
  std::vector<double> mean;    ///< [K, size]
  std::vector<double> factor;  ///< [K, size, size], lower triangles L of covariance = L L^T
};

/// Maximum likelihood by expectation maximisation, see CodeModel::fit. Every covariance has 1e-6
/// times the mean variance of a coordinate added to its diagonal, so that it can be factored
/// whatever the codes are. `codes` [n, size] are finite, n and `components` at least 1.
CodeMixture fit_mixture(MatrixView<const float> codes, std::int64_t components, std::uint64_t seed);

}  // namespace vgan
