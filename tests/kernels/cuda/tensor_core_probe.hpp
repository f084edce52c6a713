// Kernels of one warp that do one thing of kernels/cuda/fused/tensor_core.hpp each, for its tests.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace vgan::testing {

/// c[16, 8] += a[16, 16] b[16, 8] with bf16 given as floats, all row-major.
cudaError_t probe_mma_bf16(cudaStream_t stream, const float* a, const float* b, float* c);
/// c[16, 8] += a[16, 8] b[8, 8], the operands rounded to tf32 first.
cudaError_t probe_mma_tf32(cudaStream_t stream, const float* a, const float* b, float* c);
/// out[i] = in[i] rounded to tf32, i < 32.
cudaError_t probe_tf32(cudaStream_t stream, const float* in, float* out);
/// Four 8 x 8 matrices of 16 bits to out[lane][register], from four that lie one after the other;
/// then two of them to out[lane][4 + register].
cudaError_t probe_load_matrices(cudaStream_t stream, bool transposed, const std::uint16_t* in,
                                std::uint32_t* out);

enum class CopyBug { none, no_wait, no_barrier, late_wait, misaligned, to_global, past_source };
/// Each half of 128 numbers reversed, those from `count` on taken as 0, by copies of `bytes` in two
/// groups of which the first is waited for first.
cudaError_t probe_copies(cudaStream_t stream, CopyBug bug, int bytes, const float* in, int count,
                         float* out);

/// Waits for the previous kernel, lets the next one start, and adds 1 to *value.
cudaError_t probe_launch_order(cudaStream_t stream, float* value);

}  // namespace vgan::testing
