// Eight-bit pixels to the network's range and back.
#pragma once

#include <cstdint>

#include "kernels/math/bit_cast.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// value * scale + offset; [-1, 1] is scale 2/255, offset -1; [0, 1] is scale 1/255, offset 0.
VGAN_HOST_DEVICE inline float normalise_pixel(std::uint8_t value, float scale, float offset) {
  return static_cast<float>(value) * scale + offset;
}

/// The inverse, for inv_scale = 1 / scale and the same offset: (value - offset) * inv_scale to the
/// nearest whole number, ties to even, held to 0..255. NaN becomes 0.
VGAN_HOST_DEVICE inline std::uint8_t quantise_pixel(float value, float inv_scale, float offset) {
  const float scaled = (value - offset) * inv_scale;
  const float above = scaled > 0.0f ? scaled : 0.0f;
  const float held = above < 255.0f ? above : 255.0f;
  // At 2^23 a float's unit is 1, so the addition rounds and leaves the integer in the low bits.
  return static_cast<std::uint8_t>(bits_of(held + 0x1p23f) & 0xFFu);
}

}  // namespace vgan::math
