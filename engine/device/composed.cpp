// The fused operations of the seam, made of the plain ones: the slow, obvious twins.
#include "engine/device/composed.hpp"

namespace vgan {
namespace {

MatrixView<float> as_matrix(VectorView<float> values, std::int64_t rows, std::int64_t cols) {
  return {values.data, rows, cols, cols};
}

}  // namespace

void composed_dense_backward(Backend& backend, Queue& queue, const InputGradientTask& dx,
                             std::span<const DenseUpdateTask> updates, StepState* state,
                             const FusedOptions& options) {
  if (!dx.empty()) {
    backend.dense_backward_input(queue, dx.dy, dx.w, dx.at, dx.dx,
                                 {dx.activation, dx.slope, options.tf32});
  }
  for (const DenseUpdateTask& update : updates) {
    const auto dw = as_matrix(update.weights.gradients, update.x.cols, update.dy.cols);
    backend.dense_backward_weights(queue, update.x, update.dy, dw, update.bias.gradients,
                                   {.accumulate = update.accumulate, .tf32 = options.tf32});
    backend.adam(queue, update.weights, state, options.adam);
    backend.adam(queue, update.bias, state, options.adam);
  }
}

void composed_logit_loss(Backend& backend, Queue& queue, const LogitLossTask& task,
                         StepState* state, const FusedOptions& options) {
  const MatrixRef logits{task.logits.data, ElementType::f32, task.logits.rows, task.logits.cols,
                         task.logits.stride};
  backend.dense_forward(queue, task.x, task.w, task.bias, logits, {.tf32 = options.tf32});
  std::int64_t first = 0;
  for (const LogitLossSide& side : task.sides) {
    if (side.rows == 0) continue;
    backend.run(queue, GanLossTask{logits.rows_from(first, side.rows).as<float>(),
                                   task.gradient.rows_from(first, side.rows), side.term});
    first += side.rows;
  }
  if (!task.dx.empty()) {
    backend.dense_backward_input(queue, task.gradient, task.w, task.x, task.dx,
                                 {task.activation, task.slope, options.tf32});
  }
  if (task.weight_step.weights.empty()) return;
  const DenseUpdateTask update{task.x, task.gradient, task.weight_step, task.bias_step};
  backend.dense_backward(queue, {}, {&update, 1}, state, options);
}

void composed_cell_head(Backend& backend, Queue& queue, const CellHeadTask& task,
                        const ProductOptions& options) {
  const MatrixRef gradient = matrix_of(task.loss.gradient);
  backend.dense_forward(queue, task.x, task.w, task.bias, matrix_of(task.logits),
                        {.tf32 = options.tf32});
  backend.run(queue, task.loss);
  backend.dense_backward_weights(queue, task.x, gradient, task.dw, task.dbias,
                                 {.tf32 = options.tf32});
  backend.dense_backward_input(queue, gradient, task.w, {}, task.dx, {.tf32 = options.tf32});
}

void composed_dense_silu(Backend& backend, Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                         VectorView<const float> bias, const SiluTask& silu,
                         const ProductOptions& options) {
  backend.dense_forward(queue, x, w, bias, matrix_of(silu.x),
                        {.tf32 = options.tf32, .bf16 = options.bf16});
  backend.run(queue, silu);
}

void composed_dense_backward_silu(Backend& backend, Queue& queue, ConstMatrixRef dy,
                                  ConstMatrixRef w, const MultiplyTask& factors,
                                  const ProductOptions& options) {
  backend.dense_backward_input(queue, dy, w, {}, matrix_of(factors.out),
                               {.tf32 = options.tf32, .bf16 = options.bf16});
  backend.run(queue, factors);
}

}  // namespace vgan
