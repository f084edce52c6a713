// bfloat16: the upper half of an IEEE-754 float (8 exponent bits, 7 stored mantissa bits).
#pragma once

#include <cstdint>

#include "kernels/math/bit_cast.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// Storage only: arithmetic is done in float. The layout is that of `__nv_bfloat16`.
struct BFloat16 {
  std::uint16_t bits;
};

/// Exact.
VGAN_HOST_DEVICE inline float to_float(BFloat16 value) {
  return float_from_bits(static_cast<std::uint32_t>(value.bits) << 16);
}

VGAN_HOST_DEVICE inline float to_float(float value) { return value; }

/// Nearest bfloat16, ties to even; past the largest finite value it is infinity.
/// NaN stays a quiet NaN with its sign.
VGAN_HOST_DEVICE inline BFloat16 to_bfloat16(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
  // Rounding could carry a NaN's mantissa into its exponent; the quiet bit is set instead.
  const std::uint32_t quiet = (bits >> 16) | 0x40u;
  const bool is_nan = (bits & 0x7FFFFFFFu) > 0x7F800000u;
  return {static_cast<std::uint16_t>(is_nan ? quiet : rounded)};
}

/// `value` stored as T: float or BFloat16.
template <class T>
VGAN_HOST_DEVICE inline T from_float(float value);

template <>
VGAN_HOST_DEVICE inline float from_float<float>(float value) {
  return value;
}

template <>
VGAN_HOST_DEVICE inline BFloat16 from_float<BFloat16>(float value) {
  return to_bfloat16(value);
}

}  // namespace vgan::math
