// bfloat16 storage and its conversions.
#pragma once

#include "cuda_runtime.h"
#include "kernels/math/bfloat16.hpp"

using __nv_bfloat16 = vgan::math::BFloat16;
using nv_bfloat16 = __nv_bfloat16;

struct alignas(4) __nv_bfloat162 {
  __nv_bfloat16 x, y;
};

inline __nv_bfloat16 __float2bfloat16(float value) { return vgan::math::to_bfloat16(value); }
inline __nv_bfloat16 __float2bfloat16_rn(float value) { return vgan::math::to_bfloat16(value); }
inline float __bfloat162float(__nv_bfloat16 value) { return vgan::math::to_float(value); }
inline __nv_bfloat162 __floats2bfloat162_rn(float x, float y) {
  return {vgan::math::to_bfloat16(x), vgan::math::to_bfloat16(y)};
}
inline float2 __bfloat1622float2(__nv_bfloat162 value) {
  return {vgan::math::to_float(value.x), vgan::math::to_float(value.y)};
}
