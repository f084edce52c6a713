// Sums over the threads of a block, or of a warp, in one fixed order: CUB's, which is the same for
// every type. In a warp, lane i adds what lane i + 1 has, then i + 2, 4, 8 and 16; the warps' sums,
// in lanes 0, are then added one after the other. A test holds all builds to that order, bit for
// bit (tests/kernels/cuda/test_block_sum.cpp). On the host executor the two of CUB's classes have
// twins (tests/simt/include/cub).
#pragma once

#if defined(__CUDACC__)

#include <cub/block/block_reduce.cuh>
#include <cub/warp/warp_reduce.cuh>

#include "kernels/cuda/launch.hpp"

namespace vgan::cuda {

/// By CUB's path for any operation: those that it has for sums alone differ from type to type.
struct Plus {
  template <class T>
  __device__ T operator()(const T& a, const T& b) const {
    return a + b;
  }
};

template <class T, int Threads>
using BlockReduce = cub::BlockReduce<T, Threads, cub::BLOCK_REDUCE_WARP_REDUCTIONS>;

/// Shared memory for one sum; free again only after the next __syncthreads.
template <class T, int Threads = static_cast<int>(block_threads)>
using BlockSumMemory = typename BlockReduce<T, Threads>::TempStorage;

/// The sum of `value` over a block of exactly `Threads`, a whole number of warps, in one dimension;
/// valid in thread 0.
template <int Threads = static_cast<int>(block_threads), class T>
__device__ T block_sum(T value, BlockSumMemory<T, Threads>& memory) {
  return BlockReduce<T, Threads>(memory).Reduce(value, Plus{});
}

/// The sum over the lanes of a whole warp; valid in lane 0.
template <class T>
__device__ T sum_to_first_lane(T value) {
  typename cub::WarpReduce<T>::TempStorage none;  // shuffles need no memory
  return cub::WarpReduce<T>(none).Reduce(value, Plus{});
}

}  // namespace vgan::cuda

#endif
