// The bits of a float as an integer and back, on host and device.
#pragma once

#include <cstdint>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

VGAN_HOST_DEVICE inline std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

VGAN_HOST_DEVICE inline float float_from_bits(std::uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace vgan::math
