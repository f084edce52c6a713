// The Gaussian twin of math/bce.hpp: a reconstruction with unit variance.
#pragma once

#include "kernels/math/bce.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// -log N(target; mean, 1) without its constant log(2 pi) / 2, and the gradient in `mean`.
VGAN_HOST_DEVICE inline LossAndGradient gaussian_nll(float mean, float target) {
  const float error = mean - target;
  return {0.5f * error * error, error};
}

}  // namespace vgan::math
