// A warp for each item, and sums and maxima over a warp in one fixed order.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/launch.hpp"
#include "kernels/math/bit_cast.hpp"

namespace vgan::cuda {

constexpr unsigned warp_size = 32;

/// A warp for each of `count` items, or fewer warps that stride.
inline LaunchShape warps_for(std::int64_t count) { return shape_for(count * warp_size); }

#if defined(__CUDACC__)

/// Calls `body(item, lane)`, all lanes of a warp together, for this warp's share of [0, count).
template <class Body>
__device__ void for_each_warp_item(std::int64_t count, Body body) {
  const std::int64_t warps = static_cast<std::int64_t>(gridDim.x) * (blockDim.x / warp_size);
  const std::int64_t first =
      (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / warp_size;
  for (std::int64_t item = first; item < count; item += warps) body(item, threadIdx.x % warp_size);
}

/// The sum over the lanes, in all of them: the upper half of the lanes is added to the lower, until
/// one is left.
template <class T>
__device__ T warp_sum(T value) {
  for (int half = warp_size / 2; half > 0; half /= 2) {
    value += __shfl_xor_sync(0xFFFFFFFFu, value, half);
  }
  return value;
}

/// The greatest over the lanes, in all of them; none is NaN.
__device__ inline float warp_max(float value) {
  for (int half = warp_size / 2; half > 0; half /= 2) {
    const float other = __shfl_xor_sync(0xFFFFFFFFu, value, half);
    value = other > value ? other : value;
  }
  return value;
}

/// The greatest of x[0] to x[count - 1], which are the warp's together; those that are NaN are
/// passed over.
__device__ inline float warp_greatest(const float* x, std::int64_t count, unsigned lane) {
  float most = math::float_from_bits(0xFF800000u);  // -inf
  for (std::int64_t t = lane; t < count; t += warp_size) most = x[t] > most ? x[t] : most;
  return warp_max(most);
}

#endif  // __CUDACC__

}  // namespace vgan::cuda
