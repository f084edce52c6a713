// Dense layers with everything in the epilogue of their products, for steps that launches and
// traffic bound, at batches of a few hundred: forward with bias and activation; backward with the
// activation's derivative, and with Adam instead of a stored gradient; the last layer with its
// loss.
//
// Sums are f32 in a fixed order that the extents alone decide. Each function is one launch and
// returns what it returned, or cudaErrorInvalidValue where `fused_supports` says no.
#pragma once

#include <cstdint>
#include <span>

#include <cuda_runtime_api.h>

#include "kernels/ops/dense.hpp"
#include "kernels/ops/step_state.hpp"

namespace vgan::cuda {

struct FusedLaunch {
  bool tf32 = false;  ///< f32 operands are rounded to tf32
  /// The kernel may start before its predecessor on the stream has ended: sm_90 and later. Every
  /// kernel of the chain must keep the rule of tensor_core.hpp, as all in fused.hpp do.
  bool programmatic = false;
  /// With `programmatic`: the kernel just before writes neither the `w` of this one nor the
  /// weights, moments and averages that this one updates, so they may be fetched while it runs.
  bool prefetch_weights = false;
};

/// Rows that `fused_logit_loss` takes: its logits are in one block's shared memory.
constexpr std::int64_t most_logit_rows = 4096;

/// y[n, out] = activation(x[n, in] w[in, out] + bias[out]); x and w of one float type, y of either;
/// empty bias: none.
[[nodiscard]] cudaError_t fused_forward(cudaStream_t stream, ConstMatrixRef x, ConstMatrixRef w,
                                        VectorView<const float> bias, math::Activation activation,
                                        float slope, MatrixRef y, const FusedLaunch& options);
bool fused_supports(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias, MatrixRef y);

/// An input gradient, or none, and up to two updates, by blocks of one launch in no order: nothing
/// that one of the three writes may be read by another. All operands of one float type; `at` and dx
/// of either. The rate is in `network`, the Adam step's number is counter.value() + 1, as for
/// `adam`, and a gradient of NaN or Inf raises the flag; it may be null where nothing is updated.
[[nodiscard]] cudaError_t fused_backward(cudaStream_t stream, const InputGradientTask& input,
                                         std::span<const DenseUpdateTask> updates,
                                         const AdamRates& rates, StepCounter counter,
                                         AdamState* network, const FusedLaunch& options);
bool fused_supports(const InputGradientTask& input, std::span<const DenseUpdateTask> updates);

/// One block does it all; the gradient that goes on (to dx, to the weights) is the stored one,
/// rounded to its type. `counter` and `network` as above.
[[nodiscard]] cudaError_t fused_logit_loss(cudaStream_t stream, const LogitLossTask& task,
                                           const AdamRates& rates, StepCounter counter,
                                           AdamState* network, const FusedLaunch& options);
bool fused_supports(const LogitLossTask& task);

}  // namespace vgan::cuda
