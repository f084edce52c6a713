// Uniform floats from random words, as cuRAND makes them.
#pragma once

#include <cstdint>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// A uniform in (0, 1]: word * 2^-32 + 2^-33, rounded to float (cuRAND's `curand_uniform`).
VGAN_HOST_DEVICE inline float uniform(std::uint32_t word) {
  return static_cast<float>(word) * 0x1p-32f + 0x1p-33f;
}

/// A uniform in [low, high], both finite, low <= high.
VGAN_HOST_DEVICE inline float uniform_between(std::uint32_t word, float low, float high) {
  const float value = low + (high - low) * uniform(word);
  return value < high ? value : high;
}

}  // namespace vgan::math
