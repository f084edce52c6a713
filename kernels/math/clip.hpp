// The clipping of gradients by their norm.
#pragma once

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// min(1, most / (norm + 1e-6)); NaN where the norm is NaN, which a plain minimum would hide.
VGAN_HOST_DEVICE inline float clip_scale(double norm, float most) {
  const auto scale = static_cast<float>(static_cast<double>(most) / (norm + 1e-6));
  return scale > 1.0f ? 1.0f : scale;
}

}  // namespace vgan::math
