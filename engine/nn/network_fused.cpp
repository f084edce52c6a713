// Passes of plain dense networks by the fused operations of the seam.
#include "engine/base/check.hpp"
#include "engine/nn/network.hpp"

namespace vgan::nn {

InputGradientTask Network::input_gradient_task(std::size_t layer, const Tape& tape) const {
  return {tape.deltas[layer],     factor(layer, Products::own),  tape.outputs[layer - 1],
          tape.deltas[layer - 1], layers_[layer - 1].activation, slope_};
}

DenseUpdateTask Network::update_task(std::size_t layer, ConstMatrixRef x, const Tape& tape,
                                     bool accumulate) const {
  DenseUpdateTask task{below(layer, x, tape), tape.deltas[layer],
                       arena_.adam(tensor_index(layer, 0)), arena_.adam(tensor_index(layer, 1)),
                       accumulate};
  task.bias.shadow = {};
  return task;
}

void Network::logit_loss(Queue& queue, const Tape& tape, const LogitLossSide& first,
                         const LogitLossSide& second, const UpdateOptions* update) {
  const std::size_t last = layers_.size() - 1;
  require(last > 0, "logit_loss", "a network of one layer", "a hidden layer below the logit");
  LogitLossTask task;
  task.x = tape.outputs[last - 1];
  task.w = factor(last, Products::own);
  task.bias = bias(last);
  task.logits = tape.outputs[last].as<float>();
  task.gradient = tape.deltas[last];
  task.dx = tape.deltas[last - 1];
  task.activation = layers_[last - 1].activation;
  task.slope = slope_;
  task.sides[0] = first;
  task.sides[1] = second;
  if (update != nullptr) {
    task.weight_step = arena_.adam(tensor_index(last, 0));
    task.bias_step = arena_.adam(tensor_index(last, 1));
    task.bias_step.shadow = {};
  }
  FusedOptions options{.tf32 = products_.tf32};
  if (update != nullptr) options.adam = update->adam;
  backend_->logit_loss(queue, task, update == nullptr ? nullptr : update->state, options);
}

// The input gradient of layer l and the update of layer l + 1 do not touch each other's weights, so
// they go together; the updates of the two lowest layers are left for the end.
void Network::backward_and_update(Queue& queue, ConstMatrixRef x, const Tape& tape,
                                  const UpdateOptions& options) {
  const FusedOptions fused{options.adam, products_.tf32};
  const std::size_t last = layers_.size() - 1;
  std::vector<DenseUpdateTask> ready;
  for (std::size_t l = layers_.size(); l-- > 0;) {
    if (l > 0 && !(l == last && options.after_logit_loss)) {
      backend_->dense_backward(queue, input_gradient_task(l, tape), ready, options.state, fused);
      ready.clear();
    }
    if (!(l == last && options.top_is_done)) {
      ready.push_back(update_task(l, x, tape, options.accumulate));
    }
  }
  backend_->dense_backward(queue, {}, ready, options.state, fused);
}

void Network::backward_to_input(Queue& queue, const Tape& tape, ConstMatrixRef x,
                                const ActivationOptions& activation, MatrixRef input_gradient) {
  const FusedOptions fused{.tf32 = products_.tf32};
  for (std::size_t l = layers_.size() - 1; l-- > 1;) {
    backend_->dense_backward(queue, input_gradient_task(l, tape), {}, nullptr, fused);
  }
  const InputGradientTask task{tape.deltas[0], factor(0, Products::own), x,
                               input_gradient, activation.activation,    activation.slope};
  backend_->dense_backward(queue, task, {}, nullptr, fused);
}

}  // namespace vgan::nn
