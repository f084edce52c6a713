// Scalars of spectral normalisation (Miyato et al. 2018, arXiv:1802.05957).
#pragma once

#include <cmath>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// What a norm counts as at least, PyTorch's epsilon: weights of zero stay zero, not NaN.
inline constexpr double least_norm = 1e-12;

VGAN_HOST_DEVICE inline double held_norm(double norm) {
  return norm < least_norm ? least_norm : norm;
}

/// sigma = v^T w u is a norm, but below zero where u and v do not fit w yet.
VGAN_HOST_DEVICE inline double held_sigma(double sigma) {
  return std::fabs(sigma) < least_norm ? least_norm : sigma;
}

/// (g - share v u) / sigma, with `share` the sum of g * normalised over the whole weight.
VGAN_HOST_DEVICE inline float spectral_gradient(float g, float share, float v, float u,
                                                float sigma) {
  return (g - share * v * u) / sigma;
}

}  // namespace vgan::math
