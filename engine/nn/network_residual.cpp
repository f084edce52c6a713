// Residual blocks and layer norms, forward and backward, by the plain operations of the seam.
#include "engine/nn/network.hpp"

namespace vgan::nn {
namespace {

// Where the numbers that one layer's dropout takes of a stream begin: no batch has 2^40 of them.
std::uint64_t dropout_numbers(std::size_t layer) { return std::uint64_t{layer} << 40; }

}  // namespace

MatrixRef Network::matrix(std::size_t layer, const std::string& name) const {
  const VectorView<float> values = tensor(layer, name);
  const LayerSpec& spec = layers_[layer];
  const bool in = name == "weight_in";
  const std::int64_t cols = in ? spec.hidden : spec.outputs;
  return {values.data, ElementType::f32, in ? spec.inputs : spec.hidden, cols, cols};
}

MatrixView<float> Network::matrix_gradient(std::size_t layer, const std::string& name) const {
  MatrixView<float> values = matrix(layer, name).as<float>();
  values.data = arena_.gradients().data + (values.data - arena_.weights().data);
  return values;
}

void Network::forward_layer_norm(Queue& queue, std::size_t layer, ConstMatrixRef x,
                                 const Tape& tape) {
  const MatrixRef y =
      layers_[layer].kind == LayerKind::residual ? tape.normalised[layer] : tape.outputs[layer];
  LayerNormTask task{
      x.as<float>(), tensor(layer, "gamma"), tensor(layer, "beta"), y.as<float>(), {}};
  if (!tape.row_statistics[layer].empty()) {
    task.statistics = tape.row_statistics[layer].as<float>();
  }
  backend_->run(queue, task);
}

void Network::forward_residual(Queue& queue, std::size_t layer, ConstMatrixRef x,
                               const Tape& tape) {
  const MatrixRef y = tape.outputs[layer];
  forward_layer_norm(queue, layer, x, tape);
  SiluTask silu{tape.hidden[layer].as<float>(), tape.activated[layer].as<float>(),
                !tape.hidden_deltas[layer].empty()};
  if (training_) {
    silu.rate = layers_[layer].dropout;
    silu.stream = tape.dropout;
    silu.stream.first += dropout_numbers(layer);
  }
  backend_->dense_silu(queue, tape.normalised[layer], matrix(layer, "weight_in"),
                       tensor(layer, "bias_in"), silu,
                       {.tf32 = products_.tf32, .bf16 = products_.bf16});
  backend_->dense_forward(queue, tape.activated[layer], matrix(layer, "weight_out"),
                          tensor(layer, "bias_out"), y,
                          {.tf32 = products_.tf32, .bf16 = products_.bf16});
  backend_->run(queue, AddTask{x.as<float>(), y.as<float>()});
}

void Network::backward_layer_norm(Queue& queue, std::size_t layer, ConstMatrixRef x,
                                  MatrixView<const float> dy, MatrixView<const float> residual,
                                  const Tape& tape, bool weights) {
  LayerNormBackwardTask task;
  task.x = x.as<float>();
  task.gamma = tensor(layer, "gamma");
  task.statistics = tape.row_statistics[layer].as<float>();
  task.dy = dy;
  task.residual = residual;
  task.dx = tape.deltas[layer - 1].as<float>();
  if (weights) {
    task.dgamma = gradient(layer, "gamma");
    task.dbeta = gradient(layer, "beta");
  }
  backend_->run(queue, task);
}

// The gradient by the normalised rows lies where that by the block's input will: the layer norm
// turns one into the other.
void Network::backward_residual(Queue& queue, std::size_t layer, ConstMatrixRef x, const Tape& tape,
                                bool weights) {
  const MatrixRef delta = tape.deltas[layer];
  const MatrixRef hidden_delta = tape.hidden_deltas[layer];
  const MatrixRef normalised_delta = tape.deltas[layer - 1];
  const ProductOptions products{.tf32 = products_.tf32, .bf16 = products_.bf16};
  const WeightGradientOptions gradients{.tf32 = products_.tf32, .bf16 = products_.bf16};
  if (weights) {
    backend_->dense_backward_weights(queue, tape.activated[layer], delta,
                                     matrix_gradient(layer, "weight_out"),
                                     gradient(layer, "bias_out"), gradients);
  }
  backend_->dense_backward_silu(queue, delta, matrix(layer, "weight_out"),
                                {tape.hidden[layer].as<float>(), hidden_delta.as<float>()},
                                products);
  if (weights) {
    backend_->dense_backward_weights(queue, tape.normalised[layer], hidden_delta,
                                     matrix_gradient(layer, "weight_in"),
                                     gradient(layer, "bias_in"), gradients);
  }
  backend_->dense_backward_input(queue, hidden_delta, matrix(layer, "weight_in"), {},
                                 normalised_delta, products);
  backward_layer_norm(queue, layer, x, normalised_delta.as<float>(), delta.as<float>(), tape,
                      weights);
}

}  // namespace vgan::nn
