// The one way to launch a kernel, and how element loops are laid over a grid.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <cuda_runtime.h>

namespace vgan::cuda {

struct LaunchShape {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;
  /// The kernel may start before the one just before it on the stream has ended, and calls
  /// wait_for_previous_kernel() (tensor_core.hpp) before it reads what that one wrote. From sm_90
  /// on.
  bool programmatic = false;
};

/// Dynamic shared memory that every kernel may have; more must be asked for.
constexpr std::size_t granted_shared_bytes = 48 * 1024;

/// Puts `kernel` on `stream`. Arguments are converted to the kernel's own parameter types.
template <class... Parameters, class... Arguments>
[[nodiscard]] cudaError_t launch(cudaStream_t stream, const LaunchShape& shape,
                                 void (*kernel)(Parameters...), const Arguments&... arguments) {
  cudaLaunchConfig_t config{};
  config.gridDim = shape.grid;
  config.blockDim = shape.block;
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream;
  cudaLaunchAttribute early{};
  early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  early.val.programmaticStreamSerializationAllowed = 1;
  config.attrs = &early;
  config.numAttrs = shape.programmatic ? 1 : 0;
  if (shape.shared_bytes > granted_shared_bytes) {
    const cudaError_t status = cudaFuncSetAttribute(
        kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shape.shared_bytes));
    if (status != cudaSuccess) return status;
  }
  return cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...);
}

constexpr unsigned block_threads = 256;
/// Blocks beyond this many gain nothing: loops stride over the rest.
constexpr std::int64_t most_blocks = 2048;

/// One thread for each of `count` items, or fewer threads that stride.
inline LaunchShape shape_for(std::int64_t count) {
  const std::int64_t blocks = (count + block_threads - 1) / block_threads;
  return {dim3(static_cast<unsigned>(std::clamp<std::int64_t>(blocks, 1, most_blocks))),
          dim3(block_threads)};
}

/// Threads along the columns of a [rows, cols] matrix, so that a warp touches whole lines; blocks
/// of narrow matrices take several rows.
inline LaunchShape shape_for(std::int64_t rows, std::int64_t cols) {
  unsigned wide = 1;
  while (wide < block_threads && static_cast<std::int64_t>(wide) < cols) wide *= 2;
  const unsigned high = block_threads / wide;
  const std::int64_t across = std::clamp<std::int64_t>((cols + wide - 1) / wide, 1, most_blocks);
  const std::int64_t down = std::clamp<std::int64_t>(
      (rows + high - 1) / high, 1, std::max<std::int64_t>(1, most_blocks / across));
  return {dim3(static_cast<unsigned>(across), static_cast<unsigned>(down)), dim3(wide, high)};
}

#if defined(__CUDACC__)

/// Calls `body(i)` for this thread's share of [0, count).
template <class Body>
__device__ void for_each_index(std::int64_t count, Body body) {
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
       i += step) {
    body(i);
  }
}

/// Calls `body(i, j)` for this thread's share of [0, rows) x [0, cols).
template <class Body>
__device__ void for_each_element(std::int64_t rows, std::int64_t cols, Body body) {
  const std::int64_t row_step = static_cast<std::int64_t>(gridDim.y) * blockDim.y;
  const std::int64_t col_step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  const std::int64_t first_col = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.y) * blockDim.y + threadIdx.y; i < rows;
       i += row_step) {
    for (std::int64_t j = first_col; j < cols; j += col_step) body(i, j);
  }
}

/// A kernel's dynamic shared memory, 16-byte aligned.
template <class T>
__device__ T* dynamic_shared() {
#if defined(VGAN_SIMT)
  return static_cast<T*>(simt::dynamic_shared());
#else
  extern __shared__ float4 vgan_dynamic_shared[];
  return reinterpret_cast<T*>(vgan_dynamic_shared);
#endif
}

#endif  // __CUDACC__

}  // namespace vgan::cuda
