// Sums over the rows and positions of images, and the normalisations made of them: the CUDA twin of
// kernels/cpu/batch_norm.hpp. Sums are in double and in a fixed order: bands of pixels side by
// side, added in their order.
#pragma once

#include <cstddef>
#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/math/activation.hpp"
#include "kernels/ops/conv_tasks.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// Scratch, in bytes, of the functions below for that many pixels: rows times positions.
std::size_t channel_scratch(std::int64_t pixels, std::int64_t channels);

/// sums[c] = sum over the pixels of dy [n, positions * c], or added to what is there.
[[nodiscard]] cudaError_t channel_sums(cudaStream_t stream, ConstMatrixRef dy, bool accumulate,
                                       VectorView<float> sums, void* scratch);
/// By the batch's own statistics; those are kept and the running ones move. x has numbers.
[[nodiscard]] cudaError_t batch_norm(cudaStream_t stream, const BatchNormTask& task,
                                     math::Activation activation, float slope, void* scratch);
/// By the running statistics.
[[nodiscard]] cudaError_t batch_norm_inference(cudaStream_t stream, const BatchNormTask& task,
                                               math::Activation activation, float slope);
[[nodiscard]] cudaError_t batch_norm_backward(cudaStream_t stream,
                                              const BatchNormBackwardTask& task, void* scratch);

}  // namespace vgan::cuda
