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
  std::int64_t steps = 0;      ///< of expectation maximisation after k-means
};

/// Steps of expectation maximisation that a fit takes at most: 100, or what 2^33 products come to
/// at codes * components * size^2 / 2 a step, so that it takes seconds whatever its size. One
/// Gaussian takes none.
std::int64_t most_mixture_steps(std::int64_t codes, std::int64_t components, std::int64_t size);

/// Maximum likelihood by expectation maximisation, see CodeModel::fit, until a step gains less than
/// 1e-4 nats for each number of a code or `most_mixture_steps` are taken. Every covariance has 1e-6
/// times the mean variance of a coordinate added to its diagonal, so that it can be factored
/// whatever the codes are. `codes` [n, size] are finite, n and `components` at least 1.
CodeMixture fit_mixture(MatrixView<const float> codes, std::int64_t components, std::uint64_t seed);

}  // namespace vgan
