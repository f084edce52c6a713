// Elementary functions in float, written out so that host and device give the same bits and plain
// loops over them vectorise. No libm: only + - * /, comparisons and the bits of a float.
//
// Reductions are the classical ones (J.-M. Muller, "Elementary Functions", 3rd ed., 2016, ch. 11).
// The coefficients are minimax fits by Lawson's algorithm on 400 Chebyshev nodes in relative error,
// each rounded to float before the next was fitted. `ulp` below bounds the error against double on
// every 61st of all 2^32 floats (every 7th in [0, 1] for the circle), in units in the last place.
// Compile with contraction off (-ffp-contract=off, -fmad=false).
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/bit_cast.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

namespace detail {

// ln 2 in two parts; the first has 15 bits, so a whole number of up to 8 bits times it is exact.
inline constexpr float ln2_high = 0x1.62e4p-1f;
inline constexpr float ln2_low = 1.4286068e-06f;

// x = n ln 2 + r, |r| <= ln(2)/2, and e^r - 1.
struct ExpParts {
  std::uint32_t n;  // two's complement; junk for NaN, where `expm1_r` is NaN
  float expm1_r;
};

// For |x| <= 128.
VGAN_HOST_DEVICE inline ExpParts exp_parts(float x) {
  // At 1.5 * 2^23 a float's unit is 1: the sum rounds to the nearest whole number.
  const float shift = 0x1.8p23f;
  const float shifted = x * 1.442695f + shift;
  const float n = shifted - shift;
  const float r = (x - n * ln2_high) - n * ln2_low;
  float p = 0x1.6d723p-10f;
  p = p * r + 0x1.122696p-7f;
  p = p * r + 0x1.5554c8p-5f;
  p = p * r + 0x1.5554b2p-3f;
  p = p * r + 0.5f;
  return {bits_of(shifted) - bits_of(shift), r + r * r * p};
}

// 2^n for -126 <= n <= 127.
VGAN_HOST_DEVICE inline float power_of_two(std::uint32_t n) {
  return float_from_bits((n + 127u) << 23);
}

// log(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1, without its leading term f.
VGAN_HOST_DEVICE inline float log1p_tail(float f) {
  float p = 0x1.1b4338p-4f;
  p = p * f - 0x1.e2ea0cp-4f;
  p = p * f + 0x1.e65076p-4f;
  p = p * f - 0x1.fb433ap-4f;
  p = p * f + 0x1.2332cep-3f;
  p = p * f - 0x1.5562e2p-3f;
  p = p * f + 0x1.99a544p-3f;
  p = p * f - 0x1.ffffeep-3f;
  p = p * f + 0x1.555546p-2f;
  const float square = f * f;
  return square * f * p - 0.5f * square;
}

// log(1 + e) for 0 <= e <= 1.
VGAN_HOST_DEVICE inline float log1p_unit(float e) {
  // Past sqrt(2) - 1, 1 + e is taken as 2 (1 + (e - 1) / 2).
  const bool upper = e > 0.41421357f;
  const float f = upper ? 0.5f * e - 0.5f : e;
  const float k = upper ? 1.0f : 0.0f;
  return k * ln2_high + (f + (log1p_tail(f) + k * ln2_low));
}

}  // namespace detail

/// e^x, ulp < 1. 0 at -inf, inf from 88.73 on, subnormal results included; NaN stays.
VGAN_HOST_DEVICE inline float exp(float x) {
  // Past these the result is 0 or infinity; a comparison with NaN is false and keeps it.
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  const detail::ExpParts parts = detail::exp_parts(x);
  // n is from -150 to 128, so 2^n is applied as two factors; only the last product rounds.
  const std::uint32_t half = ((parts.n + 256u) >> 1) - 128u;
  const float scaled = (1.0f + parts.expm1_r) * detail::power_of_two(half);
  return scaled * detail::power_of_two(parts.n - half);
}

/// The natural logarithm, ulp < 1. -inf at 0, inf at inf, NaN below 0; subnormals included.
VGAN_HOST_DEVICE inline float log(float x) {
  const bool subnormal = x < 0x1p-126f;
  const float normal = x * (subnormal ? 0x1p23f : 1.0f);
  // x = 2^n (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2).
  const std::uint32_t above = bits_of(normal) - 0x3F3504F3u;
  const std::int32_t exponent = static_cast<std::int32_t>(above) >> 23;
  const float n = static_cast<float>(exponent) - (subnormal ? 23.0f : 0.0f);
  const float f = float_from_bits((above & 0x007FFFFFu) + 0x3F3504F3u) - 1.0f;
  const float finite = n * detail::ln2_high + (f + (detail::log1p_tail(f) + n * detail::ln2_low));
  const float infinity = float_from_bits(0x7F800000u);
  const float quiet_nan = float_from_bits(0x7FC00000u);
  const float from_top = x < infinity ? finite : x;  // inf and NaN
  const float at_least_zero = x == 0.0f ? -infinity : from_top;
  return x < 0.0f ? quiet_nan : at_least_zero;
}

/// The hyperbolic tangent, ulp < 2.5. Odd, keeps the sign of zero, +-1 at +-inf; NaN stays.
VGAN_HOST_DEVICE inline float tanh(float x) {
  const float size = std::fabs(x);
  const float held = size > 10.0f ? 10.0f : size;  // tanh(10) rounds to 1
  const detail::ExpParts parts = detail::exp_parts(2.0f * held);
  const float scale = detail::power_of_two(parts.n);
  const float expm1 = scale * parts.expm1_r + (scale - 1.0f);  // e^(2 |x|) - 1
  const float result = expm1 / (expm1 + 2.0f);
  return float_from_bits(bits_of(result) | (bits_of(x) & 0x80000000u));
}

/// 1 / (1 + e^-x), ulp < 2.4. 0 and 1 at -inf and inf; NaN stays.
VGAN_HOST_DEVICE inline float sigmoid(float x) {
  const float e = exp(-std::fabs(x));
  return (x >= 0.0f ? 1.0f : e) / (1.0f + e);
}

/// log(1 + e^x), ulp < 1.7; neither overflows nor loses the tail. NaN stays.
VGAN_HOST_DEVICE inline float softplus(float x) {
  return (x > 0.0f ? x : 0.0f) + detail::log1p_unit(exp(-std::fabs(x)));
}

/// sin(2 pi u) and cos(2 pi u) for u in [0, 1], ulp < 1.6; exact at the quarter turns.
VGAN_HOST_DEVICE inline void sin_cos_2pi(float u, float* sine, float* cosine) {
  const float shift = 0x1.8p23f;
  const float shifted = 4.0f * u + shift;
  const std::uint32_t quarter = bits_of(shifted);
  const float r = u - 0.25f * (shifted - shift);  // exact, |r| <= 1/8
  const float z = r * r;
  float p = 0x1.445148p+5f;
  p = p * z - 0x1.32adccp+6f;
  p = p * z + 0x1.466b78p+6f;
  p = p * z - 0x1.4abbcep+5f;
  // 2 pi in two floats.
  const float s = 6.2831855f * r + r * (p * z - 1.7484555e-07f);
  float q = 0x1.d47d5ep+5f;
  q = q * z - 0x1.55b146p+6f;
  q = q * z + 0x1.03c1aep+6f;
  q = q * z - 0x1.3bd3ccp+4f;
  const float c = q * z + 1.0f;
  const bool odd = (quarter & 1u) != 0;
  const std::uint32_t sine_bits = bits_of(odd ? c : s);
  const std::uint32_t cosine_bits = bits_of(odd ? s : c);
  // Bit 1 of the quarter turns the sine's sign, bit 1 of quarter + 1 the cosine's.
  *sine = float_from_bits(sine_bits ^ ((quarter & 2u) << 30));
  *cosine = float_from_bits(cosine_bits ^ (((quarter + 1u) & 2u) << 30));
}

}  // namespace vgan::math
