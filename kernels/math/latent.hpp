// The Gaussian posterior of a variational autoencoder: a sample of it, its divergence from the
// prior, and both gradients.
//
// D. P. Kingma, M. Welling, "Auto-encoding variational Bayes", 2014, arXiv:1312.6114, section 3 and
// appendix B.
#pragma once

#include "kernels/math/elementary.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// Past this logarithm of a variance, e^30 = 1e13, exp goes on along its tangent. Gradients are
/// those of the loss that is reported and stay finite: exp itself leaves float's range at 88.7, and
/// from 44 on Adam's squares of its slope would.
inline constexpr float log_variance_limit = 30.0f;

struct ValueAndSlope {
  float value, slope;
};

/// e^x up to `limit`, then the tangent at `limit`. NaN stays.
VGAN_HOST_DEVICE inline ValueAndSlope exp_then_tangent(float x, float limit) {
  const float held = x > limit ? limit : x;
  const float slope = exp(held);
  return {slope * (1.0f + (x - held)), slope};
}

/// A sample of N(mean, e^log_variance) from one of N(0, 1).
VGAN_HOST_DEVICE inline float reparameterise(float mean, float log_variance, float noise) {
  return mean + exp_then_tangent(0.5f * log_variance, 0.5f * log_variance_limit).value * noise;
}

struct LatentTerms {
  float kl;  // nats
  float dmean, dlog_variance;
};

/// One coordinate of KL(N(mean, e^log_variance) || N(0, 1)), and the gradient of a loss of z plus
/// `weight` * KL, where `dz` is the loss's gradient in z = reparameterise(mean, log_variance,
/// noise).
VGAN_HOST_DEVICE inline LatentTerms latent_terms(float mean, float log_variance, float noise,
                                                 float dz, float weight) {
  const ValueAndSlope variance = exp_then_tangent(log_variance, log_variance_limit);
  const ValueAndSlope deviation = exp_then_tangent(0.5f * log_variance, 0.5f * log_variance_limit);
  return {0.5f * (mean * mean + (variance.value - 1.0f - log_variance)), dz + weight * mean,
          0.5f * (dz * noise * deviation.slope + weight * (variance.slope - 1.0f))};
}

}  // namespace vgan::math
