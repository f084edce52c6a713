// What is left to do to the sums of a convolution: the CUDA twin of kernels/cpu/patches.hpp.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/math/activation.hpp"
#include "kernels/ops/conv.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// A task's y from its sums, f32 or bf16, which may be y itself.
[[nodiscard]] cudaError_t finish_conv(cudaStream_t stream, ConstMatrixRef sums,
                                      const ConvTask& task, math::Activation activation,
                                      float slope);
/// to [cols, rows] = the transpose of `from` [rows, cols], or added to what is there; any float
/// types.
[[nodiscard]] cudaError_t transpose(cudaStream_t stream, ConstMatrixRef from, bool accumulate,
                                    MatrixRef to);

}  // namespace vgan::cuda
