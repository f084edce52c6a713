// What convolutions are asked to do.
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

}  // namespace vgan
