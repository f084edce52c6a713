// The operations that are no product, on a stream (kernels/ops has what each is asked to do): the
// CUDA twins of kernels/cpu/operations.hpp, over the same element math. What changes from step to
// step is read from `StepState` in device memory, so that a captured step can be replayed.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/cuda/scratch.hpp"
#include "kernels/ops/operations.hpp"

namespace vgan::cuda {

/// Puts the task's kernels on `stream` and returns what the launch returned.
#define VGAN_DECLARE(Task) \
  [[nodiscard]] cudaError_t run(cudaStream_t stream, const Task& task, Scratch& scratch);
VGAN_OPERATIONS(VGAN_DECLARE)
#undef VGAN_DECLARE

/// Success if the current device can run this build's kernels. `architecture` is what the code it
/// would run was compiled for, 90 for sm_90: it can be older than the device.
[[nodiscard]] cudaError_t find_kernels(int* architecture);

}  // namespace vgan::cuda
