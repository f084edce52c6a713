// Kernels that may start before the one before them has ended.
#include "tests/simt/planted.hpp"

#include <cooperative_groups.h>
#include <cuda_runtime.h>

#include "kernels/cuda/launch.hpp"

namespace vgan::simt_tests {
namespace {

constexpr unsigned block_threads = 64;

template <class... Params, class... Args>
cudaError_t launch(cudaStream_t stream, int count, std::size_t shared, bool programmatic,
                   void (*kernel)(Params...), const Args&... args) {
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = programmatic ? 1 : 0;
  cudaLaunchConfig_t config{};
  config.gridDim = (static_cast<unsigned>(count) + block_threads - 1) / block_threads;
  config.blockDim = block_threads;
  config.dynamicSmemBytes = shared;
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = 1;
  return cudaLaunchKernelEx(&config, kernel, args...);
}

__global__ void stage_kernel(StageBug bug, Stage s) {
  auto* weights = cuda::dynamic_shared<float>();
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const bool inside = i < s.count;
  const int blocks_before = *s.blocks_done;
  weights[threadIdx.x] = inside ? s.weights[i] : 0.0F;
  float value = 0.0F;
  if (bug == StageBug::early_read && inside) value = s.from[i];
  if (bug == StageBug::early_write && inside) s.to[i] = 0.0F;
  if (bug == StageBug::early_signal) cudaTriggerProgrammaticLaunchCompletion();
  bool waits = bug != StageBug::no_wait;
  if (bug == StageBug::none_one_waits || bug == StageBug::no_barrier) waits = threadIdx.x == 0;
  if (bug == StageBug::none_lanes_wait) waits = threadIdx.x % 32 == 0;
  if (waits) cudaGridDependencySynchronize();
  if (bug == StageBug::none_lanes_wait) {
    __syncwarp();
  } else if (bug != StageBug::no_barrier) {
    __syncthreads();
  }
  if (bug != StageBug::no_wait) cudaTriggerProgrammaticLaunchCompletion();
  if (bug != StageBug::early_read && inside) value = s.from[i];
  if (inside && s.to != nullptr) s.to[i] = value * weights[threadIdx.x] + 1.0F;
  if (threadIdx.x != 0) return;
  if (s.blocks_seen != nullptr) atomicMin(s.blocks_seen, blocks_before);
  atomicAdd(s.blocks_done, 1);
}

// One thread of blocks that live together waits for all of them.
__global__ void together_kernel(float* values, int blocks_together) {
  const bool waits = static_cast<int>(blockIdx.x) % blocks_together == 0 && threadIdx.x == 0;
  if (waits) cudaGridDependencySynchronize();
  cooperative_groups::this_cluster().sync();
  cudaTriggerProgrammaticLaunchCompletion();
  values[blockIdx.x * blockDim.x + threadIdx.x] += 1.0F;
}

// values[i] = 2 values[i] + step * (63 - i), of which the second part is written before the wait.
__global__ void static_stage_kernel(float* values, float step) {
  __shared__ float tile[block_threads];
  const unsigned t = threadIdx.x;
  tile[t] = step * static_cast<float>(t);
  if (t < 32) cudaGridDependencySynchronize();
  __syncthreads();
  cudaTriggerProgrammaticLaunchCompletion();
  values[t] = 2.0F * values[t] + tile[block_threads - 1 - t];
}

}  // namespace

cudaError_t run_stage(cudaStream_t stream, StageBug bug, const Stage& stage) {
  return launch(stream, stage.count, block_threads * sizeof(float), true, stage_kernel, bug, stage);
}

cudaError_t run_plain_stage(cudaStream_t stream, const Stage& stage) {
  return launch(stream, stage.count, block_threads * sizeof(float), false, stage_kernel,
                StageBug::none, stage);
}

cudaError_t run_static_stage(cudaStream_t stream, float* values, float step) {
  return launch(stream, 64, 0, true, static_stage_kernel, values, step);
}

cudaError_t run_together(cudaStream_t stream, float* values, int clusters, bool cooperative) {
  const int blocks_together = cooperative ? 2 * clusters : 2;
  cudaLaunchAttribute attributes[2]{};
  attributes[0].id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attributes[0].val.programmaticStreamSerializationAllowed = 1;
  if (cooperative) {
    attributes[1].id = cudaLaunchAttributeCooperative;
    attributes[1].val.cooperative = 1;
  } else {
    attributes[1].id = cudaLaunchAttributeClusterDimension;
    attributes[1].val.clusterDim = {2, 1, 1};
  }
  cudaLaunchConfig_t config{};
  config.gridDim = 2 * static_cast<unsigned>(clusters);
  config.blockDim = block_threads;
  config.stream = stream;
  config.attrs = attributes;
  config.numAttrs = 2;
  return cudaLaunchKernelEx(&config, together_kernel, values, blocks_together);
}

}  // namespace vgan::simt_tests
