// Kernels of one block that do one sum of kernels/cuda/block_sum.hpp each, for its tests.
#pragma once

#include <cuda_runtime_api.h>

namespace vgan::testing {

/// *sum = in[0] + ... + in[Threads - 1], by a block of `threads`; for 32, 256 and 1024 threads of
/// float, double and int.
template <class T>
cudaError_t probe_block_sum(cudaStream_t stream, int threads, const T* in, T* sum);
/// The sum by a block that is said to have 256 threads and has `threads`.
cudaError_t probe_block_of_256(cudaStream_t stream, int threads, const float* in, float* sum);
/// *sum = in[0] + ... + in[31], by a warp.
template <class T>
cudaError_t probe_warp_sum(cudaStream_t stream, const T* in, T* sum);

}  // namespace vgan::testing
