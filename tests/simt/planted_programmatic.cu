// Kernels that may start before the one before them has ended.
#include "tests/simt/planted.hpp"

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
  const bool one_waits = bug == StageBug::none_one_waits || bug == StageBug::no_barrier;
  if (one_waits ? threadIdx.x == 0 : bug != StageBug::no_wait) cudaGridDependencySynchronize();
  if (bug != StageBug::no_barrier) __syncthreads();
  if (bug != StageBug::no_wait) cudaTriggerProgrammaticLaunchCompletion();
  if (bug != StageBug::early_read && inside) value = s.from[i];
  if (inside && s.to != nullptr) s.to[i] = value * weights[threadIdx.x] + 1.0F;
  if (threadIdx.x != 0) return;
  if (s.blocks_seen != nullptr) atomicMin(s.blocks_seen, blocks_before);
  atomicAdd(s.blocks_done, 1);
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

}  // namespace vgan::simt_tests
