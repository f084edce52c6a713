// The end of a step: its record, its number and its schedules, in device memory.
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

__global__ void __launch_bounds__(1) advance_kernel(StepState* state) { finish_step(*state); }

}  // namespace

cudaError_t find_kernels(int* architecture) {
  cudaFuncAttributes attributes{};
  const cudaError_t status = cudaFuncGetAttributes(&attributes, advance_kernel);
  *architecture = attributes.ptxVersion;
  return status;
}

cudaError_t run(cudaStream_t stream, const AdvanceTask& task, Scratch&) {
  return launch(stream, {dim3(1), dim3(1)}, advance_kernel, task.state);
}

}  // namespace vgan::cuda
