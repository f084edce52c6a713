// Penalties on the length of D's gradient in its input: what one row adds, and what its gradient is
// multiplied by.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// squared: |x|^2, as R1 has it (Mescheder et al. 2018, arXiv:1801.04406); one_centred:
/// (|x| - 1)^2, as WGAN-GP has it (Gulrajani et al. 2017, arXiv:1704.00028).
enum class GradientPenalty : std::uint8_t { squared, one_centred };

struct PenaltyOfRow {
  float value;
  float factor;  // half the derivative of `value` in x is factor * x
};

/// The penalty of a row x with |x|^2 = `square`. Where the length is 0 the derivative of the
/// one-centred penalty has no direction: 0.
VGAN_HOST_DEVICE inline PenaltyOfRow gradient_penalty(GradientPenalty kind, float square) {
  if (kind == GradientPenalty::squared) return {square, 1.0f};
  const float length = std::sqrt(square);
  const float excess = length - 1.0f;
  return {excess * excess, length > 0.0f ? excess / length : 0.0f};
}

}  // namespace vgan::math
