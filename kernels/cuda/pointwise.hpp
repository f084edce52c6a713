// Everything of a step that is not a matrix product, on a stream: the CUDA twins of
// kernels/cpu/pointwise.hpp, over the same element math. What changes from step to step is read
// from `StepState` in device memory, so that a captured step can be replayed.
//
// Each function puts its kernels on `stream` and returns what the launch returned.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/math/activation.hpp"
#include "kernels/math/latent_mixture.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/ops/adam_arena.hpp"
#include "kernels/ops/gan_loss.hpp"
#include "kernels/ops/gather.hpp"
#include "kernels/ops/random_stream.hpp"
#include "kernels/ops/step_state.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// y = activation(sums + bias), [rows, cols]; `sums` may be `y` itself; empty bias: none.
[[nodiscard]] cudaError_t bias_activation(cudaStream_t stream, MatrixView<const float> sums,
                                          VectorView<const float> bias, math::Activation activation,
                                          float slope, MatrixRef y);
/// trials = map_output(activation(sums + bias)), f32 or u8; `sums` may be f32 trials themselves.
[[nodiscard]] cudaError_t bias_activation_trials(cudaStream_t stream, MatrixView<const float> sums,
                                                 VectorView<const float> bias,
                                                 math::Activation activation, float slope,
                                                 const math::OutputMap& map, MatrixRef trials);
/// y = sums * activation'(at); `sums` may be `y` itself; empty `at` with identity.
[[nodiscard]] cudaError_t masked(cudaStream_t stream, MatrixView<const float> sums,
                                 ConstMatrixRef at, math::Activation activation, float slope,
                                 MatrixRef y);
/// Bands of rows that `column_sums` adds side by side: 1 up to 1,024 rows.
std::int64_t column_sum_bands(std::int64_t rows);
/// sums[j] = sum over i of x[i, j], in a fixed order, or added to what is there. `scratch` is for
/// column_sum_bands(x.rows) * x.cols floats; null: one band.
[[nodiscard]] cudaError_t column_sums(cudaStream_t stream, ConstMatrixRef x, bool accumulate,
                                      VectorView<float> sums, float* scratch = nullptr);
/// c = op(a) op(b), or added to c, in f32 sums: slow, for shapes that cuBLASLt refuses. At most
/// 2^20 columns.
[[nodiscard]] cudaError_t plain_product(cudaStream_t stream, ConstMatrixRef a, bool a_transposed,
                                        ConstMatrixRef b, bool b_transposed, MatrixView<float> c,
                                        bool accumulate);
/// dy *= activation'(y), in place.
[[nodiscard]] cudaError_t activation_backward(cudaStream_t stream, ConstMatrixRef y,
                                              math::Activation activation, float slope,
                                              MatrixRef dy);

/// What a block of `gan_loss` adds up.
struct GanLossPart {
  double loss;
  int right;
};
/// Blocks that `gan_loss` takes: 1 up to 2,048 rows.
std::int64_t gan_loss_blocks(std::int64_t rows);
/// `scratch` is for gan_loss_blocks(rows) parts; null: one block.
[[nodiscard]] cudaError_t gan_loss(cudaStream_t stream, const GanLossTask& task,
                                   GanLossPart* scratch);

/// `row_values` is scratch for x.rows floats.
[[nodiscard]] cudaError_t gradient_penalty(cudaStream_t stream, const GradientPenaltyTask& task,
                                           float* row_values);

/// One Adam step over a network's arena; `average` and `shadow` may be empty.
/// The rate and the NaN flag are in `network`; it is Adam step number counter.value() + 1.
[[nodiscard]] cudaError_t adam(cudaStream_t stream, const AdamArena& arena, const AdamRates& rates,
                               StepCounter counter, AdamState* network);

/// out = standard normal numbers of the stream.
[[nodiscard]] cudaError_t normal(cudaStream_t stream, const RandomStream& numbers, MatrixRef out);
/// Rows of a mixture of Gaussians (math/latent_mixture.hpp): row i is row first / cols + i of the
/// stream.
[[nodiscard]] cudaError_t normal_mixture(cudaStream_t stream, const RandomStream& numbers,
                                         const math::LatentMixture& mixture, MatrixRef out);
/// out = in + *sigma * normal, sigma in device memory; `in` and `out` may be one.
[[nodiscard]] cudaError_t add_normal(cudaStream_t stream, const RandomStream& numbers,
                                     ConstMatrixRef in, const float* sigma, MatrixRef out);
/// out_i = e_i real_i + (1 - e_i) fake_i, e_i in (0, 1] from number i; real and fake of one type.
[[nodiscard]] cudaError_t interpolate(cudaStream_t stream, const RandomStream& numbers,
                                      ConstMatrixRef real, ConstMatrixRef fake, MatrixRef out);
[[nodiscard]] cudaError_t uniform(cudaStream_t stream, const RandomStream& numbers, float bound,
                                  MatrixView<float> out);

[[nodiscard]] cudaError_t gather(cudaStream_t stream, const GatherTask& task);

[[nodiscard]] cudaError_t convert(cudaStream_t stream, ConstMatrixRef in, MatrixRef out);
[[nodiscard]] cudaError_t fill(cudaStream_t stream, float value, MatrixRef out);

/// Success if the current device can run this build's kernels. `architecture` is what the code it
/// would run was compiled for, 90 for sm_90: it can be older than the device.
[[nodiscard]] cudaError_t find_kernels(int* architecture);

/// finish_step on the device.
[[nodiscard]] cudaError_t advance(cudaStream_t stream, StepState* state);

}  // namespace vgan::cuda
