// The host executor's twin of CUB's reduction over a device: one thread that goes through all
// numbers in their order. The memory that it asks for holds the result on its way, so that a
// launcher that gives less, or memory of another, is found.
#pragma once

#include <cstddef>

#include "../../cuda_runtime.h"

namespace cub {

template <class Iterator, class T, class Operation>
void simt_device_reduce_kernel(T* memory, Iterator in, T* out, int count, Operation operation,
                               T initial) {
  *memory = initial;
  for (int i = 0; i < count; ++i) *memory = operation(*memory, in[i]);
  *out = *memory;
}

struct DeviceReduce {
  template <class Iterator, class T, class Operation>
  static cudaError_t Reduce(void* memory, std::size_t& bytes, Iterator in, T* out, int count,
                            Operation operation, T initial, cudaStream_t stream) {
    if (memory == nullptr) {
      bytes = sizeof(T);
      return cudaSuccess;
    }
    if (bytes < sizeof(T)) return cudaErrorInvalidValue;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(1);
    config.blockDim = dim3(1);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, simt_device_reduce_kernel<Iterator, T, Operation>,
                              static_cast<T*>(memory), in, out, count, operation, initial);
  }
};

}  // namespace cub
