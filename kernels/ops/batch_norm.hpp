// What batch normalisation, and the sums that it is made of, are asked to do.
#pragma once

#include "kernels/math/activation.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// sums[c] = sum over rows and positions of dy [n, positions * c], tight, or added to what is
/// there.
struct ChannelSumsTask {
  static constexpr const char* name = "channel_sums";

  ConstMatrixRef dy;
  VectorView<float> sums;
  bool accumulate = false;
};

/// Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) of x [n, positions * channels],
/// NHWC, over rows and positions:
///   y = activation(gamma * (x - mean) / sqrt(variance + epsilon) + beta)
/// with the biased variance of the batch. `mean` and `inverse_deviation` [channels] are written for
/// the backward pass; the running ones move by `momentum` towards the batch's mean and unbiased
/// variance, as PyTorch's do. With `inference` the running statistics take the place of the
/// batch's, and nothing but y is written.
struct BatchNormTask {
  static constexpr const char* name = "batch_norm";

  ConstMatrixRef x;  ///< f32 or bf16, tight rows
  VectorView<const float> gamma, beta;
  VectorView<float> mean, inverse_deviation;  ///< with `inference` untouched, and may be empty
  VectorView<float> running_mean, running_variance;
  MatrixRef y;  ///< as x
  float momentum = 0.1F;
  float epsilon = 1e-5F;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;
  bool inference = false;
};

/// From dy = d(loss)/d(output before the activation) [n, positions * channels] to
///   dbeta = sum dy, dgamma = sum dy * xhat,
///   dx = gamma * inverse_deviation * (dy - (dbeta + xhat * dgamma) / count), in place of dy.
struct BatchNormBackwardTask {
  static constexpr const char* name = "batch_norm_backward";

  ConstMatrixRef x;
  VectorView<const float> gamma, mean, inverse_deviation;
  MatrixRef dy;  ///< dx on return
  VectorView<float> dgamma, dbeta;
};

}  // namespace vgan
