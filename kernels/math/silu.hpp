// The activation of residual blocks and the dropout after it, for one number.
#pragma once

#include <cstdint>

#include "kernels/math/elementary.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

struct Silu {
  float value, derivative;
};

/// x sigmoid(x) and its derivative (S. Elfwing et al., arXiv:1702.03118). Neither is finite
/// where x is not.
VGAN_HOST_DEVICE inline Silu silu(float x) {
  const float share = sigmoid(x);
  return {x * share, share * (1.0f + x * (1.0f - share))};
}

/// What dropout multiplies numbers by, decided by 16 random bits each.
struct Dropout {
  std::uint32_t threshold = 0;  ///< so many of 65,536 are dropped
  float scale = 1.0f;           ///< of what is kept

  VGAN_HOST_DEVICE bool drops() const { return threshold != 0; }
  /// `half` is below 65,536. A product with 0, unlike a 0 put in its place, keeps NaN in sight.
  VGAN_HOST_DEVICE float factor(std::uint32_t half) const {
    return half >= threshold ? scale : 0.0f;
  }
};

/// `rate` in [0, 1), held to whole 65,536ths and below 1.
VGAN_HOST_DEVICE inline Dropout make_dropout(float rate) {
  const auto nearest = static_cast<std::uint32_t>(rate * 65536.0f + 0.5f);
  const std::uint32_t threshold = nearest < 65535u ? nearest : 65535u;
  return {threshold, 65536.0f / static_cast<float>(65536u - threshold)};
}

}  // namespace vgan::math
