// The fused operations of the seam, made of the plain ones: the slow, obvious twins.
#include "engine/device/backend.hpp"
#include "engine/device/seam_checks.hpp"

namespace vgan {
namespace {

MatrixView<float> as_matrix(VectorView<float> values, std::int64_t rows, std::int64_t cols) {
  return {values.data, rows, cols, cols};
}

GanLossOptions loss_options(const LogitLossSide& side) {
  return {side.kind, side.side, side.target, side.loss, side.accuracy};
}

}  // namespace

void Backend::pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy) {
  convert(queue, {w.data, ElementType::f32, w.rows, w.cols, w.stride}, copy);
}

void Backend::dense_backward(Queue& queue, const InputGradientTask& dx,
                             std::span<const DenseUpdateTask> updates, StepState* state,
                             const FusedOptions& options) {
  check_dense_backward(dx, updates, options);
  if (!dx.empty()) {
    dense_backward_input(queue, dx.dy, dx.w, dx.at, dx.dx, {dx.activation, dx.slope, options.tf32});
  }
  for (const DenseUpdateTask& update : updates) {
    const auto dw = as_matrix(update.weights.gradients, update.x.cols, update.dy.cols);
    dense_backward_weights(queue, update.x, update.dy, dw, update.bias.gradients,
                           {.accumulate = update.accumulate, .tf32 = options.tf32});
    adam(queue, update.weights, state, options.adam);
    adam(queue, update.bias, state, options.adam);
  }
}

void Backend::logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                         const FusedOptions& options) {
  check_logit_loss(task, options);
  const MatrixRef logits{task.logits.data, ElementType::f32, task.logits.rows, task.logits.cols,
                         task.logits.stride};
  dense_forward(queue, task.x, task.w, task.bias, logits, {.tf32 = options.tf32});
  std::int64_t first = 0;
  for (const LogitLossSide& side : task.sides) {
    if (side.rows == 0) continue;
    gan_loss(queue, logits.rows_from(first, side.rows).as<float>(),
             task.gradient.rows_from(first, side.rows), loss_options(side));
    first += side.rows;
  }
  if (!task.dx.empty()) {
    dense_backward_input(queue, task.gradient, task.w, task.x, task.dx,
                         {task.activation, task.slope, options.tf32});
  }
  if (task.weight_step.weights.empty()) return;
  const DenseUpdateTask update{task.x, task.gradient, task.weight_step, task.bias_step};
  dense_backward(queue, {}, {&update, 1}, state, options);
}

}  // namespace vgan
