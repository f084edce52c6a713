// Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167), for one number of one channel.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// Sums over a batch, in double: a variance from them is right to f32 while the mean is less than
/// some 10^4 deviations from 0.
struct Moments {
  double sum = 0.0;
  double squares = 0.0;
};

struct Statistics {
  float mean = 0.0F;
  float variance = 0.0F;  ///< biased: the mean square distance
};

VGAN_HOST_DEVICE inline Statistics statistics(const Moments& moments, std::int64_t count) {
  const double share = 1.0 / static_cast<double>(count);
  const double mean = moments.sum * share;
  const double variance = moments.squares * share - mean * mean;
  return {static_cast<float>(mean), static_cast<float>(variance > 0.0 ? variance : 0.0)};
}

VGAN_HOST_DEVICE inline float inverse_deviation(float variance, float epsilon) {
  return 1.0F / std::sqrt(variance + epsilon);
}

/// What the running variance moves to; one number alone has no unbiased variance.
VGAN_HOST_DEVICE inline float unbiased(float variance, std::int64_t count) {
  return count < 2 ? variance
                   : static_cast<float>(variance * (static_cast<double>(count) / (count - 1.0)));
}

VGAN_HOST_DEVICE inline float moved(float running, float now, float momentum) {
  return running + momentum * (now - running);
}

/// gamma (x - mean) / deviation + beta; `scale` is gamma / deviation.
VGAN_HOST_DEVICE inline float normalise(float x, float mean, float scale, float beta) {
  return (x - mean) * scale + beta;
}

/// dx; `share_of_beta` and `share_of_gamma` are dbeta / count and dgamma / count.
VGAN_HOST_DEVICE inline float normalise_backward(float dy, float xhat, float scale,
                                                 float share_of_beta, float share_of_gamma) {
  return scale * (dy - (share_of_beta + xhat * share_of_gamma));
}

}  // namespace vgan::math
