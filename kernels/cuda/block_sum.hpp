// Sums over the threads of a block, in one fixed order.
#pragma once

#if defined(__CUDACC__)

namespace vgan::cuda {

/// The sum of `value` over a block of up to 1024 threads, a whole number of warps; valid in thread
/// 0. `parts` is shared memory for 32 values, free again only after the next __syncthreads.
template <class T>
__device__ T block_sum(T value, T* parts) {
  constexpr unsigned whole_warp = 0xFFFFFFFFu;
  for (int distance = 16; distance > 0; distance /= 2) {
    value += __shfl_down_sync(whole_warp, value, distance);
  }
  const unsigned warp = threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  if (lane == 0) parts[warp] = value;
  __syncthreads();
  T sum = T(0);
  if (threadIdx.x == 0) {
    for (unsigned w = 0; w < blockDim.x / 32; ++w) sum += parts[w];
  }
  return sum;
}

}  // namespace vgan::cuda

#endif
