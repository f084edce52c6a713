// The rounding of products in tf32.
#pragma once

#include <bit>
#include <cstdint>

namespace simt {

/// The 10 stored mantissa bits of tf32, to nearest, ties to even.
inline float to_tf32(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7F800000U) == 0x7F800000U) return value;
  return std::bit_cast<float>((bits + 0xFFFU + ((bits >> 13) & 1U)) & ~0x1FFFU);
}

}  // namespace simt
