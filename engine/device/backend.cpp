// The public side of the seam: checks, then the device.
#include "engine/device/backend.hpp"

#include "engine/device/composed.hpp"
#include "engine/device/operation_checks.hpp"

namespace vgan {

std::string to_string(Precision precision) {
  switch (precision) {
    case Precision::fp32: return "fp32";
    case Precision::tf32: return "tf32";
    case Precision::bf16: return "bf16";
  }
  return "unknown";
}

// ---- Operations that are a kernel ----------------------------------------------------------

#define VGAN_DEFINE(Task)                             \
  void Backend::run(Queue& queue, const Task& task) { \
    if (has_work(task)) do_run(queue, task);          \
  }
VGAN_OPERATIONS(VGAN_DEFINE)
#undef VGAN_DEFINE

void Backend::convert(Queue& queue, ConstMatrixRef in, MatrixRef out) {
  run(queue, ConvertTask{in, out});
}

void Backend::fill(Queue& queue, float value, MatrixRef out) { run(queue, FillTask{value, out}); }

void Backend::adam(Queue& queue, const AdamArena& arena, StepState* state,
                   const AdamOptions& options) {
  run(queue, options.task(arena, state));
}

void Backend::advance(Queue& queue, StepState* state) { run(queue, AdvanceTask{state}); }

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

void Backend::dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                           VectorView<const float> bias, MatrixRef trials,
                           const ProductOptions& options, const OutputMap& map) {
  check_dense_trials(x, w, bias, trials);
  if (trials.size() == 0) return;
  do_dense_trials(queue, x, w, bias, trials, options, map);
}

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

void Backend::cell_head(Queue& queue, const CellHeadTask& task, const ProductOptions& options) {
  const MatrixRef gradient = matrix_of(task.loss.gradient);
  check_dense_forward(task.x, task.w, task.bias, matrix_of(task.logits));
  check_dense_backward_weights(task.x, gradient, task.dw, task.dbias);
  check_dense_backward_input(gradient, task.w, {}, task.dx, Activation::identity);
  require(task.loss.logits.data == task.logits.data, "cell_head", "a loss of other logits",
          "these");
  if (has_work(task.loss)) do_cell_head(queue, task, options);
}

void Backend::dense_silu(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                         VectorView<const float> bias, const SiluTask& silu,
                         const ProductOptions& options) {
  check_dense_forward(x, w, bias, matrix_of(silu.x));
  if (!has_work(silu)) return;
  do_dense_silu(queue, x, w, bias, silu, options);
}

void Backend::dense_backward_silu(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                                  const MultiplyTask& factors, const ProductOptions& options) {
  check_dense_backward_input(dy, w, {}, matrix_of(factors.out), Activation::identity);
  if (!has_work(factors)) return;
  do_dense_backward_silu(queue, dy, w, factors, options);
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

void Backend::do_cell_head(Queue& queue, const CellHeadTask& task, const ProductOptions& options) {
  composed_cell_head(*this, queue, task, options);
}

void Backend::do_dense_silu(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                            VectorView<const float> bias, const SiluTask& silu,
                            const ProductOptions& options) {
  composed_dense_silu(*this, queue, x, w, bias, silu, options);
}

void Backend::do_dense_backward_silu(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                                     const MultiplyTask& factors, const ProductOptions& options) {
  composed_dense_backward_silu(*this, queue, dy, w, factors, options);
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
