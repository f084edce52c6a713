// The public side of the seam: checks, then the device.
#include "engine/device/backend.hpp"

#include "engine/device/composed.hpp"
#include "engine/device/conv_checks.hpp"
#include "engine/device/model_checks.hpp"
#include "engine/device/seam_checks.hpp"

namespace vgan {

std::string to_string(Precision precision) {
  switch (precision) {
    case Precision::fp32: return "fp32";
    case Precision::tf32: return "tf32";
    case Precision::bf16: return "bf16";
  }
  return "unknown";
}

// ---- Dense layers --------------------------------------------------------------------------

void Backend::pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy) {
  require_shape("pack_weights", "copy", copy, w.rows, w.cols);
  require(copy.type == ElementType::bf16, "pack_weights", "a copy of another type", "bf16");
  require(!copy.packed || weight_copy(w.rows, w.cols).packed, "pack_weights",
          "a packed copy of this shape", "a plain one");
  if (copy.size() == 0) return;
  do_pack_weights(queue, w, copy);
}

void Backend::dense_forward(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                            VectorView<const float> bias, MatrixRef y,
                            const ForwardOptions& options) {
  check_dense_forward(x, w, bias, y);
  if (y.size() == 0) return;
  do_dense_forward(queue, x, w, bias, y, options);
}

void Backend::dense_tangent(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at,
                            MatrixRef y, const ProductOptions& options) {
  check_dense_tangent(x, w, at, y, options.activation);
  if (y.size() == 0) return;
  do_dense_tangent(queue, x, w, at, y, options);
}

void Backend::dense_backward_input(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                                   ConstMatrixRef at, MatrixRef dx, const ProductOptions& options) {
  check_dense_backward_input(dy, w, at, dx, options.activation);
  if (dx.size() == 0) return;
  do_dense_backward_input(queue, dy, w, at, dx, options);
}

// Without rows it still has zeros to write.
void Backend::dense_backward_weights(Queue& queue, ConstMatrixRef x, ConstMatrixRef dy,
                                     MatrixView<float> dw, VectorView<float> dbias,
                                     const WeightGradientOptions& options) {
  check_dense_backward_weights(x, dy, dw, dbias);
  do_dense_backward_weights(queue, x, dy, dw, dbias, options);
}

void Backend::activation_backward(Queue& queue, ConstMatrixRef y, MatrixRef dy,
                                  const ActivationOptions& options) {
  require_shape("activation_backward", "dy", dy, y.rows, y.cols);
  if (dy.size() == 0) return;
  do_activation_backward(queue, y, dy, options);
}

void Backend::dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                           VectorView<const float> bias, MatrixRef trials,
                           const ProductOptions& options, const OutputMap& map) {
  check_dense_trials(x, w, bias, trials);
  if (trials.size() == 0) return;
  do_dense_trials(queue, x, w, bias, trials, options, map);
}

void Backend::map_trials(Queue& queue, MatrixView<const float> y, MatrixRef trials,
                         const OutputMap& map) {
  check_map_trials(y, trials);
  if (trials.size() == 0) return;
  do_map_trials(queue, y, trials, map);
}

// ---- Losses and updates --------------------------------------------------------------------

void Backend::gan_loss(Queue& queue, const GanLossTask& task) {
  check_gan_loss(task);
  do_gan_loss(queue, task);
}

void Backend::gradient_penalty(Queue& queue, const GradientPenaltyTask& task) {
  check_gradient_penalty(task);
  do_gradient_penalty(queue, task);
}

void Backend::adam(Queue& queue, const AdamArena& arena, StepState* state,
                   const AdamOptions& options) {
  check_adam(arena, options);
  do_adam(queue, arena, state, options);
}

void Backend::advance(Queue& queue, StepState* state) { do_advance(queue, state); }

void Backend::dense_backward(Queue& queue, const InputGradientTask& dx,
                             std::span<const DenseUpdateTask> updates, StepState* state,
                             const FusedOptions& options) {
  check_dense_backward(dx, updates, options);
  if (dx.empty() && updates.empty()) return;
  do_dense_backward(queue, dx, updates, state, options);
}

void Backend::logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                         const FusedOptions& options) {
  check_logit_loss(task, options);
  do_logit_loss(queue, task, state, options);
}

// ---- Convolutional layers ------------------------------------------------------------------

void Backend::conv(Queue& queue, const ConvTask& task, const ProductOptions& options) {
  check_conv(task, options.activation);
  if (task.y.size() == 0) return;
  do_conv(queue, task, options);
}

void Backend::conv_backward_weights(Queue& queue, const ConvGeometry& geometry,
                                    ConstMatrixRef large, ConstMatrixRef small,
                                    MatrixView<float> dw, const WeightGradientOptions& options) {
  check_conv_backward_weights(geometry, large, small, dw);
  do_conv_backward_weights(queue, geometry, large, small, dw, options);
}

void Backend::channel_sums(Queue& queue, ConstMatrixRef dy, VectorView<float> dbias,
                           bool accumulate) {
  check_channels("channel_sums", "dy", dy, dbias.size);
  do_channel_sums(queue, dy, dbias, accumulate);
}

void Backend::batch_norm(Queue& queue, const BatchNormTask& task,
                         const ActivationOptions& options) {
  check_batch_norm("batch_norm", task);
  require_sizes("batch_norm", task.gamma.size, task.mean, task.inverse_deviation);
  if (task.y.size() == 0) return;
  do_batch_norm(queue, task, options);
}

void Backend::batch_norm_inference(Queue& queue, const BatchNormTask& task,
                                   const ActivationOptions& options) {
  check_batch_norm("batch_norm_inference", task);
  if (task.y.size() == 0) return;
  do_batch_norm_inference(queue, task, options);
}

void Backend::batch_norm_backward(Queue& queue, const BatchNormBackwardTask& task) {
  check_batch_norm_backward(task);
  do_batch_norm_backward(queue, task);
}

void Backend::patches(Queue& queue, const ConvGeometry& geometry, ConstMatrixRef large,
                      MatrixRef patches) {
  check_patches(geometry, large, patches);
  if (patches.size() == 0) return;
  do_patches(queue, geometry, large, patches);
}

void Backend::fold_patches(Queue& queue, MatrixView<const float> patches, const ConvTask& task,
                           const ActivationOptions& options) {
  check_fold_patches(patches, task, options.activation);
  if (task.y.size() == 0) return;
  do_fold_patches(queue, patches, task, options);
}

// ---- Stabilisers, conditions and autoencoders ----------------------------------------------

void Backend::spectral_norm(Queue& queue, const SpectralTask& task) {
  check_spectral_norm(task);
  do_spectral_norm(queue, task);
}

void Backend::spectral_gradient(Queue& queue, const SpectralGradientTask& task) {
  check_spectral_gradient(task);
  do_spectral_gradient(queue, task);
}

void Backend::minibatch_stddev(Queue& queue, const MinibatchStddevTask& task) {
  check_minibatch_stddev(task);
  do_minibatch_stddev(queue, task);
}

void Backend::minibatch_stddev_backward(Queue& queue, const MinibatchStddevBackwardTask& task) {
  check_minibatch_stddev_backward(task);
  do_minibatch_stddev_backward(queue, task);
}

void Backend::augment(Queue& queue, const AugmentTask& task, const RandomStream& stream) {
  check_augment(task, stream);
  if (task.in.rows == 0) return;
  do_augment(queue, task, stream);
}

void Backend::add_row_dots(Queue& queue, ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> y) {
  check_row_dots(a, b, y);
  if (a.size() == 0) return;
  do_add_row_dots(queue, a, b, y);
}

void Backend::scale_rows(Queue& queue, const ScaleRowsTask& task) {
  check_scale_rows(task);
  if (task.out.size() == 0) return;
  do_scale_rows(queue, task);
}

void Backend::reparameterise(Queue& queue, const ReparameteriseTask& task,
                             const RandomStream& stream) {
  check_reparameterise(task);
  if (task.z.size() == 0) return;
  do_reparameterise(queue, task, stream);
}

void Backend::latent_loss(Queue& queue, const LatentLossTask& task) {
  check_latent_loss(task);
  do_latent_loss(queue, task);
}

void Backend::reconstruction_loss(Queue& queue, const ReconstructionTask& task) {
  check_reconstruction(task);
  do_reconstruction_loss(queue, task);
}

// ---- Random numbers, batches, copies -------------------------------------------------------

void Backend::normal(Queue& queue, const RandomStream& stream, MatrixRef out) {
  require_float("normal", "out", out.type);
  if (out.size() == 0) return;
  do_normal(queue, stream, out);
}

void Backend::normal_mixture(Queue& queue, const RandomStream& stream,
                             const math::LatentMixture& mixture, MatrixRef out) {
  check_normal_mixture(stream, mixture, out);
  if (out.size() == 0) return;
  do_normal_mixture(queue, stream, mixture, out);
}

void Backend::add_normal(Queue& queue, ConstMatrixRef in, const RandomStream& stream,
                         const float* sigma, MatrixRef out) {
  require_shape("add_normal", "out", out, in.rows, in.cols);
  require(in.type == out.type, "add_normal", "in and out of two types", "one type");
  require(sigma != nullptr, "add_normal", "no sigma", "one");
  if (out.size() == 0) return;
  do_add_normal(queue, in, stream, sigma, out);
}

void Backend::interpolate(Queue& queue, ConstMatrixRef real, ConstMatrixRef fake,
                          const RandomStream& stream, MatrixRef out) {
  check_interpolate(real, fake, out);
  if (out.size() == 0) return;
  do_interpolate(queue, real, fake, stream, out);
}

void Backend::uniform(Queue& queue, const RandomStream& stream, float bound,
                      MatrixView<float> out) {
  if (out.rows * out.cols == 0) return;
  do_uniform(queue, stream, bound, out);
}

void Backend::gather(Queue& queue, const GatherTask& task) {
  check_gather(task);
  if (task.out.size() == 0) return;
  do_gather(queue, task);
}

void Backend::convert(Queue& queue, ConstMatrixRef in, MatrixRef out) {
  require_float("convert", "in", in.type);
  require_float("convert", "out", out.type);
  require_shape("convert", "out", out, in.rows, in.cols);
  if (out.size() == 0) return;
  do_convert(queue, in, out);
}

void Backend::fill(Queue& queue, float value, MatrixRef out) {
  require_float("fill", "out", out.type);
  if (out.size() == 0) return;
  do_fill(queue, value, out);
}

// ---- What a device need not have of its own ------------------------------------------------

void Backend::do_pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy) {
  convert(queue, {w.data, ElementType::f32, w.rows, w.cols, w.stride}, copy);
}

void Backend::do_dense_backward(Queue& queue, const InputGradientTask& dx,
                                std::span<const DenseUpdateTask> updates, StepState* state,
                                const FusedOptions& options) {
  composed_dense_backward(*this, queue, dx, updates, state, options);
}

void Backend::do_logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                            const FusedOptions& options) {
  composed_logit_loss(*this, queue, task, state, options);
}

void Backend::do_conv(Queue& queue, const ConvTask& task, const ProductOptions& options) {
  composed_conv(*this, queue, task, options);
}

void Backend::do_conv_backward_weights(Queue& queue, const ConvGeometry& geometry,
                                       ConstMatrixRef large, ConstMatrixRef small,
                                       MatrixView<float> dw, const WeightGradientOptions& options) {
  composed_conv_backward_weights(*this, queue, geometry, large, small, dw, options);
}

}  // namespace vgan
