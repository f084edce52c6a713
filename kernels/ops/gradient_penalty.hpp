// What the penalties of a discriminator are asked to do.
#pragma once

#include "kernels/math/gradient_penalty.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// A penalty on the lengths of the rows x_i of x, and its gradient in place of x:
///   squared      *value = weight * sum |x_i|^2,        x_i *= scale
///   one_centred  *value = weight * sum (|x_i| - 1)^2,  x_i *= scale * (|x_i| - 1) / |x_i|,
///                a row of length 0 stays 0
/// Sums have a fixed order.
struct GradientPenaltyTask {
  static constexpr const char* name = "gradient_penalty";

  MatrixView<float> x;
  math::GradientPenalty kind = math::GradientPenalty::squared;
  float weight = 1.0F;
  float scale = 1.0F;
  float* value = nullptr;  ///< in device memory
};

}  // namespace vgan
