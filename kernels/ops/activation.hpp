// What an activation's derivative is asked to do.
#pragma once

#include "kernels/math/activation.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// dy *= activation'(y), in place; y and dy [n, m], each of its own float type.
struct ActivationBackwardTask {
  static constexpr const char* name = "activation_backward";

  ConstMatrixRef y;
  MatrixRef dy;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;
};

}  // namespace vgan
