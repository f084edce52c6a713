// What convolutions and normalisations are asked to do: plain descriptions, no work.
#pragma once

#include <cstdint>

#include "kernels/view.hpp"

namespace vgan {

/// A strided convolution between a large image and a small one. Images are NHWC: a row of a matrix
/// is one image, [height * width * channels], without padding between rows (stride == cols).
/// Position (i, j) of the small image sees rows i * stride_h - pad_h ... + kernel_h - 1 of the
/// large one, zeros outside. Curves are images of height 1.
struct ConvGeometry {
  std::int64_t height = 1, width = 1, channels = 1;             ///< of the large image
  std::int64_t small_height = 1, small_width = 1, filters = 1;  ///< of the small image
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_h = 0, pad_w = 0;  ///< before the first row and column

  VGAN_HOST_DEVICE std::int64_t large_size() const { return height * width * channels; }
  VGAN_HOST_DEVICE std::int64_t small_size() const { return small_height * small_width * filters; }
  VGAN_HOST_DEVICE std::int64_t positions() const { return small_height * small_width; }
  /// Numbers that one filter sees: the rows of its weight.
  VGAN_HOST_DEVICE std::int64_t patch_size() const { return kernel_h * kernel_w * channels; }

  auto operator<=>(const ConvGeometry&) const = default;
};

/// One pass of a convolution, either way:
///   forward (`transposed` false): x [n, large] -> y [n, small], the correlation of x with w;
///   transposed: x [n, small] -> y [n, large], the adjoint of that.
/// w is [patch_size, filters], row-major, patch in the order (kernel row, kernel column, channel),
/// of x's type. With an empty `at`, y = activation(op(x, w) + bias), bias for each channel of y, or
/// empty; with `at` [as y], y = op(x, w) * activation'(at) and no bias: an input gradient, or the
/// pass of a tangent.
struct ConvTask {
  ConvGeometry geometry;
  bool transposed = false;
  ConstMatrixRef x, w;
  VectorView<const float> bias;
  ConstMatrixRef at;
  MatrixRef y;
};

/// Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) of x [n, positions * channels],
/// NHWC, over rows and positions:
///   y = activation(gamma * (x - mean) / sqrt(variance + epsilon) + beta)
/// with the biased variance of the batch. `mean` and `inverse_deviation` [channels] are left for
/// the backward pass; the running ones move by `momentum` towards the batch's mean and unbiased
/// variance, as PyTorch's do.
struct BatchNormTask {
  ConstMatrixRef x;  ///< f32 or bf16, tight rows
  VectorView<const float> gamma, beta;
  VectorView<float> mean, inverse_deviation;
  VectorView<float> running_mean, running_variance;
  MatrixRef y;  ///< as x
  float momentum = 0.1F;
  float epsilon = 1e-5F;
};

/// From dy = d(loss)/d(output before the activation) [n, positions * channels] to
///   dbeta = sum dy, dgamma = sum dy * xhat,
///   dx = gamma * inverse_deviation * (dy - (dbeta + xhat * dgamma) / count), in place of dy.
struct BatchNormBackwardTask {
  ConstMatrixRef x;
  VectorView<const float> gamma, mean, inverse_deviation;
  MatrixRef dy;  ///< dx on return
  VectorView<float> dgamma, dbeta;
};

}  // namespace vgan
