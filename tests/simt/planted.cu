#include "tests/simt/planted.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime.h>
#include <curand_kernel.h>

#include "kernels/cuda/launch.hpp"

namespace vgan::simt_tests {
namespace {

constexpr unsigned whole_warp = 0xFFFFFFFFu;

template <class... Params, class... Args>
cudaError_t launch(cudaStream_t stream, dim3 grid, dim3 block, std::size_t shared,
                   void (*kernel)(Params...), const Args&... args) {
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  return cudaLaunchKernelEx(&config, kernel, args...);
}

// Reverses each block's 64 values through shared memory.
__global__ void barrier_kernel(Bug bug, float* values, int count) {
  __shared__ float tile[64];
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (bug == Bug::exit_before_barrier && threadIdx.x == 5) return;
  tile[threadIdx.x] = static_cast<int>(i) < count ? values[i] : 0.0F;
  if (bug == Bug::divergent_barrier) {
    if (threadIdx.x < 32) __syncthreads();
    values[i] = 0.0F;
    return;
  }
  __syncthreads();
  if (static_cast<int>(i) < count) values[i] = tile[63 - threadIdx.x];
}

__global__ void warp_kernel(Bug bug, float* values) {
  const unsigned lane = threadIdx.x % 32;
  float value = values[threadIdx.x];
  if (bug == Bug::ballot_exited && lane >= 16) return;
  if (bug == Bug::ballot_divergent) {
    if (lane < 16) {
      value += static_cast<float>(__ballot_sync(whole_warp, 1));
    } else {
      __syncwarp(whole_warp);
    }
  }
  if (bug == Bug::ballot_exited) value += static_cast<float>(__ballot_sync(whole_warp, 1));
  if (bug == Bug::shuffle_outside_mask) value += __shfl_sync(0x0000FFFFu, value, 0);
  if (bug == Bug::shuffle_inactive && lane < 16) value += __shfl_sync(0x0000FFFFu, value, 20);
  float all[32 * 2] = {};
  if (bug == Bug::exchange_sizes) {
    const float two[2] = {value, value};
    simt::warp_exchange(whole_warp, two, lane < 16 ? 4 : 8, all);
  }
  if (bug == Bug::exchange_divergent) {
    if (lane < 16) {
      simt::warp_exchange(whole_warp, &value, sizeof(value), all);
    } else {
      value += static_cast<float>(__ballot_sync(whole_warp, 1));
    }
  }
  if (bug == Bug::none) {
    // Half of a warp at a time; what the other half gives is not there.
    simt::warp_exchange(lane < 16 ? 0x0000FFFFu : 0xFFFF0000u, &value, sizeof(value), all);
    value += all[lane ^ 1] + all[lane ^ 16];
    // Two halves apart, with masks that name just their own lanes; then the whole warp.
    const unsigned half = lane < 16 ? 0x0000FFFFu : 0xFFFF0000u;
    if (lane < 16) {
      value += __shfl_sync(half, value, 0);
    } else {
      value -= __shfl_sync(half, value, 31);
    }
    value += static_cast<float>(__popc(__ballot_sync(whole_warp, 1)));
  }
  values[threadIdx.x] = value;
}

__global__ void global_kernel(Bug bug, float* values, int count, const float* host) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (bug == Bug::global_past_end && i == count) values[i] = 1.0F;
  if (bug == Bug::global_before_begin && i == 0) values[0] += values[i - 1];
  if (bug == Bug::host_memory && i == 0) values[0] += *host;
  if (i == 0 && count > 8) {
    const auto* four = reinterpret_cast<const float4*>(values + (bug == Bug::misaligned ? 1 : 4));
    values[0] += four->x + four->w;
    if (bug == Bug::misaligned) *reinterpret_cast<float2*>(values + 1) = make_float2(1.0F, 2.0F);
  }
  if (i < count) values[i] += 1.0F;
}

__global__ void shared_kernel(Bug bug, float* values, int count) {
  __shared__ float tile[65];
  const unsigned reach = bug == Bug::shared_past_end ? 2 : 1;
  if (bug != Bug::unset_shared) tile[threadIdx.x + reach] = 2.0F;
  __syncthreads();
  if (static_cast<int>(threadIdx.x) < count) values[threadIdx.x] = tile[threadIdx.x + 1];
}

__global__ void dynamic_kernel(Bug bug, float* values, int count) {
  auto* tile = cuda::dynamic_shared<float>();
  tile[threadIdx.x + (bug == Bug::dynamic_past_end ? 1 : 0)] = 3.0F;
  __syncthreads();
  if (static_cast<int>(threadIdx.x) < count) values[threadIdx.x] = tile[63 - threadIdx.x];
}

__global__ void race_kernel(Bug bug, float* values) {
  __shared__ float tile[64];
  __shared__ int counter;
  const unsigned t = threadIdx.x;
  float value = 0.0F;
  tile[t] = values[t];
  if (t == 0) counter = 0;
  if (bug == Bug::race_write_read) value = tile[63 - t];
  if (bug == Bug::race_write_write && t == 1) tile[0] = 1.0F;
  if (bug == Bug::race_in_warp) value = tile[t ^ 1];
  __syncthreads();
  if (bug == Bug::race_read_write) {
    value = tile[63 - t];
    tile[t] = value;
  }
  atomicAdd(&counter, 1);
  if (bug == Bug::race_atomic && t == 63) value = static_cast<float>(counter);
  if (bug == Bug::none) {
    // A warp's own exchange needs only __syncwarp; all lanes then read one word and one writes it.
    const unsigned base = t & ~31U;
    value = tile[t ^ 1];
    __syncwarp();
    tile[t] = value;
    __syncwarp();
    value = tile[base];
    __syncwarp();
    if (t == base) tile[base] += 1.0F;
    __syncthreads();
    value += tile[63 - t] + static_cast<float>(counter);
  }
  values[t] = value;
}

__global__ void scale_add_kernel(float* values, int count, float scale, float offset) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) values[i] = values[i] * scale + offset;
}

__global__ void copy_kernel(const float* from, float* to, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) to[i] = from[i];
}

__global__ void block_order_kernel(int* order, int* cursor) {
  if (threadIdx.x == 0) order[atomicAdd(cursor, 1)] = static_cast<int>(blockIdx.x);
}

__global__ void warp_operations_kernel(int* out) {
  const int lane = static_cast<int>(threadIdx.x);
  const int results[warp_operation_count] = {
      __shfl_sync(whole_warp, lane, 3),
      __shfl_sync(whole_warp, lane, 3, 8),
      __shfl_up_sync(whole_warp, lane, 1),
      __shfl_down_sync(whole_warp, lane, 2),
      __shfl_down_sync(whole_warp, lane, 1, 4),
      __shfl_xor_sync(whole_warp, lane, 16),
      static_cast<int>(__shfl_sync(whole_warp, lane * 1.5, 4) * 2.0),
      static_cast<int>(__ballot_sync(whole_warp, lane % 3 == 0)),
      __any_sync(whole_warp, lane == 31),
      __all_sync(whole_warp, lane < 31),
      __reduce_add_sync(whole_warp, lane - 1),
      __reduce_min_sync(whole_warp, lane - 5),
      static_cast<int>(__reduce_max_sync(whole_warp, static_cast<unsigned>(lane))),
      __syncthreads_count(lane % 4 == 0),
      __syncthreads_or(lane == 7),
  };
  for (int op = 0; op < warp_operation_count; ++op) out[op * 32 + lane] = results[op];
}

// Each block adds its values through shared memory; after the grid's barrier all add the parts.
__global__ void grid_sum_kernel(const float* values, float* partial, float* out) {
  __shared__ float tile[64];
  tile[threadIdx.x] = values[blockIdx.x * 64 + threadIdx.x];
  __syncthreads();
  if (threadIdx.x == 0) {
    float sum = 0.0F;
    for (float each : tile) sum += each;
    partial[blockIdx.x] = sum;
  }
  cooperative_groups::this_grid().sync();
  float total = 0.0F;
  for (unsigned b = 0; b < gridDim.x; ++b) total += partial[b];
  out[blockIdx.x * 64 + threadIdx.x] = total + tile[threadIdx.x];
}

__global__ void use_dynamic_kernel(int words, float* out) {
  auto* memory = cuda::dynamic_shared<float>();
  memory[words - 1] = 7.0F;
  *out = memory[words - 1];
}

__global__ void philox_kernel(std::uint64_t seed, std::uint64_t subsequence, std::uint32_t* out) {
  curandStatePhilox4_32_10_t state;
  curand_init(seed, subsequence, 4 * threadIdx.x, &state);
  const uint4 words = curand4(&state);
  out[4 * threadIdx.x] = words.x;
  out[4 * threadIdx.x + 1] = words.y;
  out[4 * threadIdx.x + 2] = words.z;
  out[4 * threadIdx.x + 3] = words.w;
}

__global__ void empty_kernel() {}

__global__ void atomics_kernel(int* out) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  atomicAdd(&out[0], i);
  atomicMax(&out[1], i);
  atomicMin(&out[2], -i);
  atomicOr(&out[3], 1 << (i % 8));
  if (atomicCAS(&out[4], i, i + 1) == i) __threadfence();
}

}  // namespace

cudaError_t run_barrier(cudaStream_t stream, Bug bug, float* values, int count) {
  return launch(stream, (static_cast<unsigned>(count) + 63) / 64, 64, 0, barrier_kernel, bug,
                values, count);
}

cudaError_t run_warp(cudaStream_t stream, Bug bug, float* values, int) {
  return launch(stream, 1, 64, 0, warp_kernel, bug, values);
}

cudaError_t run_global(cudaStream_t stream, Bug bug, float* values, int count) {
  static const float host = 1.0F;
  static float* const on_heap = new float(host);
  return launch(stream, (static_cast<unsigned>(count) + 64) / 64, 64, 0, global_kernel, bug, values,
                count, static_cast<const float*>(on_heap));
}

cudaError_t run_shared(cudaStream_t stream, Bug bug, float* values, int count) {
  return launch(stream, 1, 64, 0, shared_kernel, bug, values, count);
}

cudaError_t run_dynamic(cudaStream_t stream, Bug bug, float* values, int count) {
  return launch(stream, 1, 64, 64 * sizeof(float), dynamic_kernel, bug, values, count);
}

cudaError_t run_race(cudaStream_t stream, Bug bug, float* values, int) {
  return launch(stream, 1, 64, 0, race_kernel, bug, values);
}

cudaError_t scale_add(cudaStream_t stream, float* values, int count, float scale, float offset) {
  return launch(stream, (static_cast<unsigned>(count) + 127) / 128, 128, 0, scale_add_kernel,
                values, count, scale, offset);
}

cudaError_t copy_values(cudaStream_t stream, const float* from, float* to, int count) {
  return launch(stream, (static_cast<unsigned>(count) + 127) / 128, 128, 0, copy_kernel, from, to,
                count);
}

cudaError_t block_order(cudaStream_t stream, int blocks, int* order, int* cursor) {
  return launch(stream, static_cast<unsigned>(blocks), 32, 0, block_order_kernel, order, cursor);
}

cudaError_t warp_operations(cudaStream_t stream, int* out) {
  return launch(stream, 1, 32, 0, warp_operations_kernel, out);
}

cudaError_t grid_sum(cudaStream_t stream, int blocks, float* values, float* partial, float* out) {
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeCooperative;
  attribute.val.cooperative = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = static_cast<unsigned>(blocks);
  config.blockDim = 64;
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = 1;
  return cudaLaunchKernelEx(&config, grid_sum_kernel, values, partial, out);
}

cudaError_t use_dynamic(cudaStream_t stream, std::size_t shared_bytes, bool ask, float* out) {
  if (ask) {
    const cudaError_t error =
        cudaFuncSetAttribute(use_dynamic_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                             static_cast<int>(shared_bytes));
    if (error != cudaSuccess) return error;
  }
  return launch(stream, 1, 1, shared_bytes, use_dynamic_kernel,
                static_cast<int>(shared_bytes / sizeof(float)), out);
}

cudaError_t philox_words(cudaStream_t stream, std::uint64_t seed, std::uint64_t subsequence,
                         std::uint32_t* out) {
  return launch(stream, 1, 32, 0, philox_kernel, seed, subsequence, out);
}

cudaError_t bad_shape(cudaStream_t stream, unsigned threads) {
  return launch(stream, 1, threads, 0, empty_kernel);
}

cudaError_t atomics(cudaStream_t stream, int blocks, int* out) {
  return launch(stream, static_cast<unsigned>(blocks), 64, 0, atomics_kernel, out);
}

}  // namespace vgan::simt_tests
