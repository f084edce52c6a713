// The operations of stabilisers, conditions and autoencoders (kernels/ops/model_tasks.hpp has the
// equations), on a stream: the CUDA twins of kernels/cpu/models.hpp, over the same element math.
//
// Each function puts its kernels on `stream` and returns what the launch returned. `scratch` is
// device memory for as many doubles as the `..._scratch` function beside it says.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/cuda/pointwise.hpp"
#include "kernels/ops/model_tasks.hpp"

namespace vgan::cuda {

std::int64_t spectral_norm_scratch(const SpectralTask& task);
[[nodiscard]] cudaError_t spectral_norm(cudaStream_t stream, const SpectralTask& task,
                                        double* scratch);

std::int64_t spectral_gradient_scratch(const SpectralGradientTask& task);
[[nodiscard]] cudaError_t spectral_gradient(cudaStream_t stream, const SpectralGradientTask& task,
                                            double* scratch);

[[nodiscard]] cudaError_t minibatch_stddev(cudaStream_t stream, const MinibatchStddevTask& task);
[[nodiscard]] cudaError_t minibatch_stddev_backward(cudaStream_t stream,
                                                    const MinibatchStddevBackwardTask& task);

/// Row i is row numbers.first / 8 + i of math/augment.hpp.
[[nodiscard]] cudaError_t augment(cudaStream_t stream, const AugmentTask& task,
                                  const RandomStream& numbers);

/// y[i, 0] += sum over j of a[i, j] * b[i, j].
[[nodiscard]] cudaError_t add_row_dots(cudaStream_t stream, ConstMatrixRef a, ConstMatrixRef b,
                                       MatrixView<float> y);
[[nodiscard]] cudaError_t scale_rows(cudaStream_t stream, const ScaleRowsTask& task);

/// Element (i, j) of the noise is number numbers.first + i * latent + j, as in `normal`.
[[nodiscard]] cudaError_t reparameterise(cudaStream_t stream, const ReparameteriseTask& task,
                                         const RandomStream& numbers);

std::int64_t latent_loss_scratch(const LatentLossTask& task);
[[nodiscard]] cudaError_t latent_loss(cudaStream_t stream, const LatentLossTask& task,
                                      double* scratch);

std::int64_t reconstruction_scratch(const ReconstructionTask& task);
[[nodiscard]] cudaError_t reconstruction_loss(cudaStream_t stream, const ReconstructionTask& task,
                                              double* scratch);

}  // namespace vgan::cuda
