// The host executor's twin of CUB's reduction over a warp: its interface as far as kernels use it,
// and its order, in which lane i takes in lanes i + 1, i + 2, i + 4, ...
#pragma once

#include "../../cuda_runtime.h"

namespace cub {

template <class T>
class WarpReduce {
 public:
  struct TempStorage {};

  explicit WarpReduce(TempStorage&) {}

  /// Over all 32 lanes; valid in lane 0.
  template <class Operation>
  T Reduce(T value, Operation operation) {
    const unsigned lane = threadIdx.x % warpSize;
    for (unsigned distance = 1; distance < warpSize; distance *= 2) {
      const T other = __shfl_down_sync(0xFFFFFFFFu, value, distance);
      if (lane + distance < warpSize) value = operation(value, other);
    }
    return value;
  }
};

}  // namespace cub
