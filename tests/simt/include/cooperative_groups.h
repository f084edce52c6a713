// Cooperative groups, as far as they are barriers.
#pragma once

#include "cuda_runtime.h"

namespace cooperative_groups {

namespace detail {
inline unsigned rank(uint3 index, uint3 size) {
  return (index.z * size.y + index.y) * size.x + index.x;
}
}  // namespace detail

struct thread_block {
  void sync() const { __syncthreads(); }
  unsigned size() const { return blockDim.x * blockDim.y * blockDim.z; }
  unsigned thread_rank() const { return detail::rank(threadIdx, blockDim); }
};

struct grid_group {
  bool is_valid() const { return true; }
  void sync() const { simt::gang_barrier(); }
  unsigned long long num_blocks() const {
    return static_cast<unsigned long long>(gridDim.x) * gridDim.y * gridDim.z;
  }
  unsigned long long block_rank() const { return detail::rank(blockIdx, gridDim); }
  unsigned long long size() const { return num_blocks() * thread_block{}.size(); }
  unsigned long long thread_rank() const {
    return block_rank() * thread_block{}.size() + thread_block{}.thread_rank();
  }
};

struct cluster_group {
  void sync() const { simt::gang_barrier(); }
};

inline thread_block this_thread_block() { return {}; }
inline grid_group this_grid() { return {}; }
inline cluster_group this_cluster() { return {}; }

}  // namespace cooperative_groups
