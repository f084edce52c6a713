// Four numbers side by side in a row: the unit of what epilogues read and write.
#pragma once

#include <cstdint>
#include <type_traits>

#include <cuda_runtime.h>

#include "kernels/cuda/fused/tensor_core.hpp"
#include "kernels/math/bfloat16.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// Whether every fourth element of `data` is aligned to four of them.
inline bool starts_quads(const void* data, std::size_t size) {
  return reinterpret_cast<std::uintptr_t>(data) % (4 * size) == 0;
}
/// Whether every row of a matrix starts so.
inline bool starts_quads(ConstMatrixRef matrix) {
  return starts_quads(matrix.data, element_size(matrix.type)) && matrix.stride % 4 == 0;
}

#if defined(__CUDACC__)

// Epilogues read a number once, and before the wait of a programmatic launch too, when the first
// level may still hold what it was some kernels ago: from the second level, which all share.
__device__ inline float read_past_l1(const float* from) { return __ldcg(from); }
__device__ inline math::BFloat16 read_past_l1(const math::BFloat16* from) {
  return {__ldcg(&from->bits)};
}

/// values[0 .. count) of `from`, the rest 0; one load if `wide` and count = 4.
template <class T>
__device__ void load_quad(const T* from, int count, bool wide, float (&values)[4]) {
  if (wide && count == 4) {
    if constexpr (std::is_same_v<T, float>) {
      const float4 four = __ldcg(reinterpret_cast<const float4*>(from));
      values[0] = four.x;
      values[1] = four.y;
      values[2] = four.z;
      values[3] = four.w;
    } else {
      const uint2 four = __ldcg(reinterpret_cast<const uint2*>(from));
      values[0] = math::float_from_bits(four.x << 16);
      values[1] = math::float_from_bits(four.x & 0xFFFF0000U);
      values[2] = math::float_from_bits(four.y << 16);
      values[3] = math::float_from_bits(four.y & 0xFFFF0000U);
    }
    return;
  }
  VGAN_UNROLL
  for (int e = 0; e < 4; ++e) values[e] = e < count ? math::to_float(read_past_l1(from + e)) : 0.0F;
}

/// The first `count` of `values` to `to`, rounded to T; one store if `wide` and count = 4.
template <class T>
__device__ void store_quad(T* to, int count, bool wide, const float (&values)[4]) {
  if (wide && count == 4) {
    if constexpr (std::is_same_v<T, float>) {
      *reinterpret_cast<float4*>(to) = make_float4(values[0], values[1], values[2], values[3]);
    } else {
      const auto two = [](float low, float high) {
        return math::to_bfloat16(low).bits | std::uint32_t{math::to_bfloat16(high).bits} << 16;
      };
      *reinterpret_cast<uint2*>(to) =
          make_uint2(two(values[0], values[1]), two(values[2], values[3]));
    }
    return;
  }
  VGAN_UNROLL
  for (int e = 0; e < 4; ++e) {
    if (e < count) to[e] = math::from_float<T>(values[e]);
  }
}

#endif  // __CUDACC__

/// A matrix whose quads a kernel reads or writes; `Void` is const void or void.
template <class Void>
struct QuadRows {
  Void* data = nullptr;
  std::int64_t stride = 0;  ///< elements
  int rows = 0;
  int cols = 0;
  ElementType type = ElementType::f32;
  bool wide = false;

  QuadRows() = default;
  explicit QuadRows(BasicMatrixRef<Void> matrix)
      : data(matrix.data),
        stride(matrix.stride),
        rows(static_cast<int>(matrix.rows)),
        cols(static_cast<int>(matrix.cols)),
        type(matrix.type),
        wide(starts_quads(matrix)) {}

#if defined(__CUDACC__)
  __device__ void load(int row, int col, int count, float (&values)[4]) const {
    const std::int64_t i = row * stride + col;
    if (type == ElementType::bf16) {
      load_quad(static_cast<const math::BFloat16*>(data) + i, count, wide, values);
    } else {
      load_quad(static_cast<const float*>(data) + i, count, wide, values);
    }
  }
  __device__ void store(int row, int col, int count, const float (&values)[4]) const {
    const std::int64_t i = row * stride + col;
    if (type == ElementType::bf16) {
      store_quad(static_cast<math::BFloat16*>(data) + i, count, wide, values);
    } else {
      store_quad(static_cast<float*>(data) + i, count, wide, values);
    }
  }
#endif
};

}  // namespace vgan::cuda
