// Trials to the network's range and back, eight-bit pixels among them.
#pragma once

#include <cstdint>

#include "kernels/math/bit_cast.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// value * scale + offset; [-1, 1] is scale 2/255, offset -1; [0, 1] is scale 1/255, offset 0.
VGAN_HOST_DEVICE inline float normalise_pixel(std::uint8_t value, float scale, float offset) {
  return static_cast<float>(value) * scale + offset;
}

/// To the nearest whole number, ties to even, held to 0..255. NaN becomes 0.
VGAN_HOST_DEVICE inline std::uint8_t round_pixel(float value) {
  const float above = value > 0.0f ? value : 0.0f;
  const float held = above < 255.0f ? above : 255.0f;
  // At 2^23 a float's unit is 1, so the addition rounds and leaves the integer in the low bits.
  return static_cast<std::uint8_t>(bits_of(held + 0x1p23f) & 0xFFu);
}

/// From a network's output y to a trial: low + (y - origin) * gain. [-1, 1] to [0, 1] is origin -1,
/// gain 1/2, low 0; to pixels, gain 127.5. Both gains are exact, so a pixel is
/// round(255 * the trial in [0, 1]), computed in float.
struct OutputMap {
  float origin = 0.0f;
  float gain = 1.0f;
  float low = 0.0f;
};

VGAN_HOST_DEVICE inline float map_output(float y, const OutputMap& map) {
  return map.low + (y - map.origin) * map.gain;
}

}  // namespace vgan::math
