// The host executor's twin of CUB's reduction over a block of one dimension: its interface as far
// as kernels use it, and its order, in which thread 0 takes in the warps one after the other.
#pragma once

#include "../warp/warp_reduce.cuh"

namespace cub {

enum BlockReduceAlgorithm { BLOCK_REDUCE_WARP_REDUCTIONS };

template <class T, int Threads, BlockReduceAlgorithm = BLOCK_REDUCE_WARP_REDUCTIONS>
class BlockReduce {
  static_assert(Threads % 32 == 0 && Threads <= 1024, "a whole number of warps");

 public:
  struct TempStorage {
    T warps[Threads / 32];
  };

  explicit BlockReduce(TempStorage& memory) : memory_(memory) {}

  /// Over all threads, of which there must be as many as `Threads` says; valid in thread 0.
  template <class Operation>
  T Reduce(T value, Operation operation) {
    simt::require_block(Threads);
    typename WarpReduce<T>::TempStorage none;
    T result = WarpReduce<T>(none).Reduce(value, operation);
    if (threadIdx.x % 32 == 0) memory_.warps[threadIdx.x / 32] = result;
    __syncthreads();
    for (int warp = 1; threadIdx.x == 0 && warp < Threads / 32; ++warp)
      result = operation(result, memory_.warps[warp]);
    return result;
  }

 private:
  TempStorage& memory_;
};

}  // namespace cub
