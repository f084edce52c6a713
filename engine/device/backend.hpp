// THE SEAM. All that the engine asks of a device, in coarse operations.
//
// Each operation takes the queue it is put on. Those of kernels/ops/operations.hpp take a task and
// go by `run`; products, and what is fused with them, are functions of their own. An operation
// throws vgan::Error (internal) on a mismatch of shapes or types before any work, returns at once
// where there is nothing to do, and hands the rest to the device (`do_...`), which checks nothing.
// Matrices are row-major. `float type` means f32 or bf16. Nothing here depends on a host value
// that changes from step to step: what changes lives in `StepState`, in device memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/device/device_context.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/ops/cell_head.hpp"
#include "kernels/ops/dense.hpp"
#include "kernels/ops/operations.hpp"
#include "kernels/view.hpp"

namespace vgan {

using math::Activation;
using math::GanLoss;
using math::GanSide;
using math::GradientPenalty;
using math::OutputMap;
using math::Purpose;

/// How matrix products are computed. Weights, moments and sums are f32 in all of them.
enum class Precision : std::uint8_t { fp32, tf32, bf16 };

std::string to_string(Precision precision);

struct ActivationOptions {
  Activation activation = Activation::identity;
  float slope = 0.2F;  ///< of leaky ReLU below zero
};

/// A product with an activation, or its derivative, behind it.
struct ProductOptions {
  Activation activation = Activation::identity;
  float slope = 0.2F;
  bool tf32 = false;  ///< the product of f32 operands may be computed in tf32
  bool bf16 = false;  ///< on the CPU: f32 operands are rounded to bf16 first; CUDA does not look

  ActivationOptions pointwise() const { return {activation, slope}; }
};

/// How a forward product and its activation are computed.
struct ForwardOptions {
  Activation activation = Activation::identity;
  float slope = 0.2F;
  bool tf32 = false;
  bool fused = false;  ///< all in one kernel of our own, where the device has one for the shape
  bool bf16 = false;   ///< as in ProductOptions

  ProductOptions product() const { return {activation, slope, tf32, bf16}; }
};

struct WeightGradientOptions {
  bool accumulate = false;       ///< add to the dw that is there
  bool accumulate_bias = false;  ///< add to the dbias that is there
  bool tf32 = false;             ///< as in ProductOptions
  bool bf16 = false;             ///< likewise
};

/// The Adam step's number, from 1, is `StepState::step` * `per_step` + `ahead` + 1.
struct AdamOptions : AdamRates {
  AdamState StepState::*network = nullptr;
  std::uint64_t per_step = 1;             ///< Adam steps that the network takes in a step
  std::uint64_t ahead = 0;                ///< which of them, from 0
  const float* gradient_scale = nullptr;  ///< as AdamTask::gradient_scale; of whole arenas alone

  StepCounter counter(const StepState* state) const {
    return StepCounter::of(state, ahead, per_step);
  }
  AdamTask task(const AdamArena& arena, StepState* state) const {
    const bool named = network != nullptr && state != nullptr;
    return {arena, *this, counter(state), named ? &(state->*network) : nullptr, gradient_scale};
  }
};

/// What the fused operations share: the Adam step that their updates take, and the sums.
struct FusedOptions {
  AdamOptions adam;  ///< may be left as it is where nothing is updated
  bool tf32 = false;
};

struct WeightCopy {
  std::int64_t elements = 0;  ///< bf16 numbers
  bool packed = false;        ///< in the backend's own order
};

class Backend : public DeviceContext {
 public:
  /// Bytes that a queue keeps beside the operands of a product with a [rows, cols] result of
  /// `type`; products on one queue share them.
  virtual std::size_t product_scratch(std::int64_t rows, std::int64_t cols,
                                      ElementType type) const {
    (void)rows, (void)cols, (void)type;
    return 0;
  }
  /// Bytes that a queue keeps for a convolution of `images` images, either way and its weights'
  /// gradient, and their channels' sums; the larger of the two serves both.
  virtual std::size_t conv_scratch(const ConvGeometry& geometry, std::int64_t images,
                                   ElementType type) const {
    (void)geometry, (void)images, (void)type;
    return 0;
  }
  /// The bf16 copy of a f32 [inputs, outputs] weight that products read: how much memory it takes,
  /// and whether it is in an order of the backend's own (ConstMatrixRef::packed). dense_forward and
  /// dense_backward_input, alone or fused, take such a w; plain bf16 is right for them too.
  virtual WeightCopy weight_copy(std::int64_t inputs, std::int64_t outputs) const {
    return {inputs * outputs, false};
  }
  /// copy = w [inputs, outputs] in that form.
  void pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy);

  /// y[n, out] = activation(x[n, in] w[in, out] + bias[out]); x, w of one float type; bias f32.
  void dense_forward(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                     MatrixRef y, const ForwardOptions& options);
  /// y[n, out] = (x w) * activation'(at[n, out]): the forward pass of a tangent.
  void dense_tangent(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at,
                     MatrixRef y, const ProductOptions& options);
  /// dx[n, in] = (dy[n, out] w^T) * activation'(at[n, in]); `at` is the output of the layer below,
  /// `options` that layer's; empty `at` with identity for the first layer.
  void dense_backward_input(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w, ConstMatrixRef at,
                            MatrixRef dx, const ProductOptions& options);
  /// dw[in, out] = x^T dy and dbias[out] = column sums of dy, f32; an empty dbias is not wanted.
  void dense_backward_weights(Queue& queue, ConstMatrixRef x, ConstMatrixRef dy,
                              MatrixView<float> dw, VectorView<float> dbias,
                              const WeightGradientOptions& options);

  /// Any operation of kernels/ops/operations.hpp.
#define VGAN_DECLARE(Task) void run(Queue& queue, const Task& task);
  VGAN_OPERATIONS(VGAN_DECLARE)
#undef VGAN_DECLARE
  // `run` in fewer words, for operations that many places ask for.
  void convert(Queue& queue, ConstMatrixRef in, MatrixRef out);
  void fill(Queue& queue, float value, MatrixRef out);
  void adam(Queue& queue, const AdamArena& arena, StepState* state, const AdamOptions& options);
  void advance(Queue& queue, StepState* state);

  // The fused operations. Unless a device has something better they are made of the ones above,
  // which is also what they are tested against (engine/device/composed.hpp).

  /// One layer's input gradient and up to two layers' updates, in any order or at once: an update
  /// may not touch the weights that `dx` reads. Either may be left out.
  void dense_backward(Queue& queue, const InputGradientTask& dx,
                      std::span<const DenseUpdateTask> updates, StepState* state,
                      const FusedOptions& options);
  void logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                  const FusedOptions& options);
  /// The last layer of a network over cells, forward and backward. Of `options` tf32 counts.
  void cell_head(Queue& queue, const CellHeadTask& task, const ProductOptions& options);
  /// silu.x[n, out] = x w + bias, and then `silu`. Of `options` tf32 and bf16 count.
  void dense_silu(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                  const SiluTask& silu, const ProductOptions& options);
  /// factors.out[n, in] = (dy w^T) * factors.factor: back through what a dense_silu left. Of
  /// `options` tf32 and bf16 count.
  void dense_backward_silu(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                           const MultiplyTask& factors, const ProductOptions& options);

  // Convolutional layers. `conv` and `conv_backward_weights` have twins made of patches and dense
  // products (engine/device/composed.hpp).

  void conv(Queue& queue, const ConvTask& task, const ProductOptions& options);
  /// dw[patch_size, filters] = sum over rows and positions of patch(large)^T small, f32; `large`
  /// [n, large_size] and `small` [n, small_size] of one float type. Of an ordinary convolution
  /// `small` is dy, of a transposed one `large` is.
  void conv_backward_weights(Queue& queue, const ConvGeometry& geometry, ConstMatrixRef large,
                             ConstMatrixRef small, MatrixView<float> dw,
                             const WeightGradientOptions& options);
  /// A tight matrix for use by one convolution at a time on this queue, beside that many bytes of
  /// scratch for its products.
  virtual MatrixRef patch_memory(Queue& queue, std::int64_t rows, std::int64_t cols,
                                 ElementType type, std::size_t product_scratch) = 0;

  /// trials[n, out] = map.low + (activation(x w + bias) - map.origin) * map.gain, in f32, or
  /// rounded to the nearest of 0..255 in u8: a generator's last layer, without its floats in memory
  /// between.
  void dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                    MatrixRef trials, const ProductOptions& options, const OutputMap& map);

 protected:
#define VGAN_DECLARE(Task) virtual void do_run(Queue& queue, const Task& task) = 0;
  VGAN_OPERATIONS(VGAN_DECLARE)
#undef VGAN_DECLARE

  // What the device does, after the checks. Those with a body here are made of other operations
  // (engine/device/composed.hpp) unless a device has something better.

  virtual void do_dense_forward(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                                VectorView<const float> bias, MatrixRef y,
                                const ForwardOptions& options) = 0;
  virtual void do_dense_tangent(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at,
                                MatrixRef y, const ProductOptions& options) = 0;
  virtual void do_dense_backward_input(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                                       ConstMatrixRef at, MatrixRef dx,
                                       const ProductOptions& options) = 0;
  virtual void do_dense_backward_weights(Queue& queue, ConstMatrixRef x, ConstMatrixRef dy,
                                         MatrixView<float> dw, VectorView<float> dbias,
                                         const WeightGradientOptions& options) = 0;
  virtual void do_dense_backward(Queue& queue, const InputGradientTask& dx,
                                 std::span<const DenseUpdateTask> updates, StepState* state,
                                 const FusedOptions& options);
  virtual void do_logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                             const FusedOptions& options);
  virtual void do_cell_head(Queue& queue, const CellHeadTask& task, const ProductOptions& options);
  virtual void do_dense_silu(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                             VectorView<const float> bias, const SiluTask& silu,
                             const ProductOptions& options);
  virtual void do_dense_backward_silu(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                                      const MultiplyTask& factors, const ProductOptions& options);
  virtual void do_conv(Queue& queue, const ConvTask& task, const ProductOptions& options);
  virtual void do_conv_backward_weights(Queue& queue, const ConvGeometry& geometry,
                                        ConstMatrixRef large, ConstMatrixRef small,
                                        MatrixView<float> dw, const WeightGradientOptions& options);
  virtual void do_dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                               VectorView<const float> bias, MatrixRef trials,
                               const ProductOptions& options, const OutputMap& map) = 0;
  virtual void do_pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy);
};

}  // namespace vgan
