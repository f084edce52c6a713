// Uniform floats from random words, as cuRAND makes them.
#pragma once

#include <cstdint>

#include "kernels/math/host_device.hpp"
#include "kernels/math/philox.hpp"

namespace vgan::math {

/// A uniform in (0, 1]: word * 2^-32 + 2^-33, rounded to float (cuRAND's `curand_uniform`).
VGAN_HOST_DEVICE inline float uniform(std::uint32_t word) {
  return static_cast<float>(word) * 0x1p-32f + 0x1p-33f;
}

/// Element `element` of a stream of such: lane element % 4 of block element / 4.
VGAN_HOST_DEVICE inline float uniform(std::uint64_t seed, std::uint64_t subsequence,
                                      std::uint64_t element) {
  return uniform(
      word_of(philox_block(seed, subsequence, element / 4), static_cast<int>(element % 4)));
}

/// share * a + (1 - share) * b.
VGAN_HOST_DEVICE inline float interpolate(float share, float a, float b) {
  return share * a + (1.0f - share) * b;
}

/// A uniform in [low, high], both finite, low <= high.
VGAN_HOST_DEVICE inline float uniform_between(std::uint32_t word, float low, float high) {
  const float value = low + (high - low) * uniform(word);
  return value < high ? value : high;
}

/// A whole number in [0, count), count < 2^31.
VGAN_HOST_DEVICE inline int uniform_below(std::uint32_t word, int count) {
  return static_cast<int>((std::uint64_t{word} * static_cast<std::uint64_t>(count)) >> 32);
}

}  // namespace vgan::math
