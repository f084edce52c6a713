// THE SEAM. All that the engine asks of a device, in coarse operations.
//
// Each operation takes the queue it is put on, its input views, its output views and one options
// struct, and throws vgan::Error (internal) on a mismatch of shapes or types before any work.
// Matrices are row-major. `float type` means f32 or bf16. Nothing here depends on a host value
// that changes from step to step: what changes lives in `StepState`, in device memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/device/device_context.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/gan_loss.hpp"
#include "kernels/math/gradient_penalty.hpp"
#include "kernels/math/latent_mixture.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/ops/adam_arena.hpp"
#include "kernels/ops/conv_tasks.hpp"
#include "kernels/ops/dense_tasks.hpp"
#include "kernels/ops/model_tasks.hpp"
#include "kernels/ops/step_state.hpp"
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
  bool tf32 = false;   ///< the product of f32 operands may be computed in tf32
  bool fused = false;  ///< all in one kernel of our own, where the device has one for the shape
};

struct WeightGradientOptions {
  bool accumulate = false;       ///< add to the dw that is there
  bool accumulate_bias = false;  ///< add to the dbias that is there
  bool tf32 = false;             ///< as in ActivationOptions
};

struct GanLossOptions {
  GanLoss kind = GanLoss::bce;
  GanSide side = GanSide::real;
  float target = 1.0F;        ///< of real trials, where the loss has one
  float* loss = nullptr;      ///< where the mean loss goes, in device memory
  float* accuracy = nullptr;  ///< where the share of right calls goes; may be null
};

struct GradientPenaltyOptions {
  GradientPenalty kind = GradientPenalty::squared;
  float weight = 1.0F;
  float scale = 1.0F;
  float* value = nullptr;  ///< in device memory
};

/// The Adam step's number, from 1, is `StepState::step` * `per_step` + `ahead` + 1.
struct AdamOptions : AdamRates {
  AdamState StepState::*network = nullptr;
  std::uint64_t per_step = 1;  ///< Adam steps that the network takes in a step
  std::uint64_t ahead = 0;     ///< which of them, from 0
};

/// What the fused operations share: the Adam step that their updates take, and the sums.
struct FusedOptions {
  AdamOptions adam;  ///< may be left as it is where nothing is updated
  bool tf32 = false;
};

/// Which random numbers: stream (seed, purpose, step), from number `first` on. The step is
/// `StepState::step` * `per_step` + `ahead` where a state is given, else 0.
struct RandomStream {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::latent;
  std::uint64_t first = 0;
  std::uint64_t ahead = 0;
  std::uint64_t per_step = 1;  ///< draws of this kind in a step
};

struct GatherOptions {
  float scale = 1.0F;  ///< out = trial * scale + offset
  float offset = 0.0F;
  std::uint64_t seed = 0;
  std::uint64_t ahead = 0;     ///< the batch so many batches on
  std::uint64_t per_step = 1;  ///< batches in a step: the first is number step * per_step
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
  /// gradient, and their channels' sums; the larger of the two serves both. Whatever else such a
  /// convolution needs is made ready: to be called before a program with it is recorded.
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
  virtual void pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy);

  /// y[n, out] = activation(x[n, in] w[in, out] + bias[out]); x, w of one float type; bias f32.
  virtual void dense_forward(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                             VectorView<const float> bias, MatrixRef y,
                             const ActivationOptions& options) = 0;
  /// y[n, out] = (x w) * activation'(at[n, out]): the forward pass of a tangent.
  virtual void dense_tangent(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at,
                             MatrixRef y, const ActivationOptions& options) = 0;
  /// dx[n, in] = (dy[n, out] w^T) * activation'(at[n, in]); `at` is the output of the layer below,
  /// `options` that layer's; empty `at` with identity for the first layer.
  virtual void dense_backward_input(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                                    ConstMatrixRef at, MatrixRef dx,
                                    const ActivationOptions& options) = 0;
  /// dw[in, out] = x^T dy and dbias[out] = column sums of dy, f32; an empty dbias is not wanted.
  virtual void dense_backward_weights(Queue& queue, ConstMatrixRef x, ConstMatrixRef dy,
                                      MatrixView<float> dw, VectorView<float> dbias,
                                      const WeightGradientOptions& options) = 0;
  /// dy *= activation'(y).
  virtual void activation_backward(Queue& queue, ConstMatrixRef y, MatrixRef dy,
                                   const ActivationOptions& options) = 0;

  /// Value and gradient of the mean loss (kernels/math/gan_loss.hpp) over the rows of `logits`
  /// [n, 1]; the accuracy is the share of math::is_right.
  virtual void gan_loss(Queue& queue, MatrixView<const float> logits, MatrixRef gradient,
                        const GanLossOptions& options) = 0;
  /// A penalty on the lengths of the rows x_i of x, and its gradient in place of x:
  ///   squared      *value = weight * sum |x_i|^2,        x_i *= scale
  ///   one_centred  *value = weight * sum (|x_i| - 1)^2,  x_i *= scale * (|x_i| - 1) / |x_i|,
  ///                a row of length 0 stays 0
  virtual void gradient_penalty(Queue& queue, MatrixView<float> x,
                                const GradientPenaltyOptions& options) = 0;
  virtual void adam(Queue& queue, const AdamArena& arena, StepState* state,
                    const AdamOptions& options) = 0;

  // The fused operations. Unless a backend has something better they are made of the ones above,
  // which is also what they are tested against (engine/device/composed.cpp).

  /// One layer's input gradient and up to two layers' updates, in any order or at once: an update
  /// may not touch the weights that `dx` reads. Either may be left out.
  virtual void dense_backward(Queue& queue, const InputGradientTask& dx,
                              std::span<const DenseUpdateTask> updates, StepState* state,
                              const FusedOptions& options);
  virtual void logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                          const FusedOptions& options);

  // Convolutional layers. `conv` and `conv_backward_weights` have twins made of patches and dense
  // products (engine/device/composed_conv.cpp).

  virtual void conv(Queue& queue, const ConvTask& task, const ActivationOptions& options);
  /// dw[patch_size, filters] = sum over rows and positions of patch(large)^T small, f32; `large`
  /// [n, large_size] and `small` [n, small_size] of one float type. Of an ordinary convolution
  /// `small` is dy, of a transposed one `large` is.
  virtual void conv_backward_weights(Queue& queue, const ConvGeometry& geometry,
                                     ConstMatrixRef large, ConstMatrixRef small,
                                     MatrixView<float> dw, const WeightGradientOptions& options);
  /// dbias[c] = sum over rows and positions of dy [n, positions * c], tight; f32.
  virtual void channel_sums(Queue& queue, ConstMatrixRef dy, VectorView<float> dbias,
                            bool accumulate) = 0;
  /// Does nothing without rows.
  virtual void batch_norm(Queue& queue, const BatchNormTask& task,
                          const ActivationOptions& options) = 0;
  /// batch_norm with the running statistics in place of the batch's; it moves nothing.
  virtual void batch_norm_inference(Queue& queue, const BatchNormTask& task,
                                    const ActivationOptions& options) = 0;
  virtual void batch_norm_backward(Queue& queue, const BatchNormBackwardTask& task) = 0;

  // What the twins are made of, beside dense products.

  /// patches [n * positions, patch_size] of `large` [n, large_size], tight, of one float type; 0
  /// outside.
  virtual void patches(Queue& queue, const ConvGeometry& geometry, ConstMatrixRef large,
                       MatrixRef patches) = 0;
  /// The rest of a transposed task: y from the sums of `patches` [n * positions, patch_size] = x
  /// w^T, tight, each number where its patch has it.
  virtual void fold_patches(Queue& queue, MatrixView<const float> patches, const ConvTask& task,
                            const ActivationOptions& options) = 0;
  /// A tight matrix for use by one convolution at a time on this queue, beside that many bytes of
  /// scratch for its products.
  virtual MatrixRef patch_memory(Queue& queue, std::int64_t rows, std::int64_t cols,
                                 ElementType type, std::size_t product_scratch) = 0;

  // Stabilisers, conditions and autoencoders (kernels/ops/model_tasks.hpp has the equations).

  virtual void spectral_norm(Queue& queue, const SpectralTask& task) = 0;
  virtual void spectral_gradient(Queue& queue, const SpectralGradientTask& task) = 0;
  virtual void minibatch_stddev(Queue& queue, const MinibatchStddevTask& task) = 0;
  virtual void minibatch_stddev_backward(Queue& queue, const MinibatchStddevBackwardTask& task) = 0;
  virtual void augment(Queue& queue, const AugmentTask& task, const StepState* state,
                       const RandomStream& stream) = 0;
  /// y[i, 0] += sum over j of a[i, j] * b[i, j]; a, b of one float type, f32 sums.
  virtual void add_row_dots(Queue& queue, ConstMatrixRef a, ConstMatrixRef b,
                            MatrixView<float> y) = 0;
  virtual void scale_rows(Queue& queue, const ScaleRowsTask& task) = 0;
  virtual void reparameterise(Queue& queue, const ReparameteriseTask& task, const StepState* state,
                              const RandomStream& stream) = 0;
  virtual void latent_loss(Queue& queue, const LatentLossTask& task) = 0;
  virtual void reconstruction_loss(Queue& queue, const ReconstructionTask& task) = 0;

  virtual void normal(Queue& queue, const StepState* state, const RandomStream& stream,
                      MatrixRef out) = 0;
  /// Rows of a mixture of Gaussians (kernels/math/latent_mixture.hpp); the stream's `first` is a
  /// multiple of a row's length.
  virtual void normal_mixture(Queue& queue, const StepState* state, const RandomStream& stream,
                              const math::LatentMixture& mixture, MatrixRef out) = 0;
  /// out = in + *sigma * normal, sigma in device memory; `in` and `out` may be one.
  virtual void add_normal(Queue& queue, ConstMatrixRef in, const StepState* state,
                          const RandomStream& stream, const float* sigma, MatrixRef out) = 0;
  /// out_i = e_i real_i + (1 - e_i) fake_i, row by row, with e_i in (0, 1] uniform, number i of the
  /// stream: where WGAN-GP looks at D's slope. real and fake of one float type, out of either.
  virtual void interpolate(Queue& queue, ConstMatrixRef real, ConstMatrixRef fake,
                           const StepState* state, const RandomStream& stream, MatrixRef out) = 0;
  /// Uniform in [-bound, bound].
  virtual void uniform(Queue& queue, const RandomStream& stream, float bound,
                       MatrixView<float> out) = 0;
  /// The step's batch of `trials` [count, cols] (u8 or f32), each trial once a pass, shuffled
  /// anew for each pass.
  virtual void gather(Queue& queue, ConstMatrixRef trials, const StepState* state, MatrixRef out,
                      const GatherOptions& options) = 0;

  virtual void convert(Queue& queue, ConstMatrixRef in, MatrixRef out) = 0;
  virtual void fill(Queue& queue, float value, MatrixRef out) = 0;
  /// Files the step's report, counts the step, and sets what has a schedule (StepState) for the
  /// step to come.
  virtual void advance(Queue& queue, StepState* state) = 0;

  /// trials[n, out] = map.low + (activation(x w + bias) - map.origin) * map.gain, in f32, or
  /// rounded to the nearest of 0..255 in u8: a generator's last layer, without its floats in memory
  /// between.
  virtual void dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                            VectorView<const float> bias, MatrixRef trials,
                            const ActivationOptions& options, const OutputMap& map) = 0;
  /// trials[n, out] = map.low + (y - map.origin) * map.gain, in f32, or rounded to u8: the same for
  /// outputs that are in memory.
  virtual void map_trials(Queue& queue, MatrixView<const float> y, MatrixRef trials,
                          const OutputMap& map) = 0;

 protected:
  /// conv_scratch of the twins.
  std::size_t composed_conv_scratch(const ConvGeometry& geometry, std::int64_t images,
                                    ElementType type) const;
};

}  // namespace vgan
