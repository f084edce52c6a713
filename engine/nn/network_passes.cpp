// Forward and backward, layer by layer, by the plain operations of the seam.
#include "engine/base/check.hpp"
#include "engine/nn/network.hpp"

namespace vgan::nn {

void Network::product(Queue& queue, std::size_t layer, ConstMatrixRef x, MatrixRef y,
                      const ForwardOptions& options, Products products) {
  const LayerSpec& spec = layers_[layer];
  const ConstMatrixRef w = factor(layer, products);
  if (spec.kind == LayerKind::dense) {
    return backend_->dense_forward(queue, x, w, bias(layer), y, options);
  }
  const bool transposed = spec.kind == LayerKind::transposed_conv;
  backend_->conv(queue, {spec.geometry, transposed, x, w, bias(layer), {}, y}, options.product());
}

void Network::normalise(Queue& queue, std::size_t layer, const Tape& tape, MatrixRef y) {
  BatchNormTask task;
  task.x = tape.raws[layer];
  task.gamma = tensor(layer, "gamma");
  task.beta = tensor(layer, "beta");
  task.running_mean = tensor(layer, "mean");
  task.running_variance = tensor(layer, "variance");
  task.y = y;
  task.activation = activation(layer).activation;
  task.slope = activation(layer).slope;
  task.inference = !training_;
  if (!training_) return backend_->run(queue, task);
  const MatrixView<float> statistics = tape.statistics[layer].as<float>();
  task.mean = {statistics.row(0), statistics.cols};
  task.inverse_deviation = {statistics.row(1), statistics.cols};
  backend_->run(queue, task);
}

void Network::forward_layer(Queue& queue, std::size_t layer, ConstMatrixRef x, const Tape& tape,
                            Products products) {
  const LayerSpec& spec = layers_[layer];
  if (spec.kind == LayerKind::residual) return forward_residual(queue, layer, x, tape);
  if (spec.kind == LayerKind::layer_norm) return forward_layer_norm(queue, layer, x, tape);
  const MatrixRef y = own_columns(layer, tape.outputs[layer]);
  if (spec.normalised > 0) {
    product(queue, layer, x, tape.raws[layer], {.tf32 = products_.tf32}, products);
    normalise(queue, layer, tape, y);
  } else {
    product(queue, layer, x, y, forward_options(layer, products), products);
  }
  if (spec.stddev_group > 0) {
    const MatrixRef statistic = tape.outputs[layer].block(0, y.rows, spec.outputs, 1);
    backend_->run(queue, MinibatchStddevTask{y, statistic, spec.stddev_group});
  }
  if (spec.conditions > 0) {
    backend_->dense_forward(queue, tape.conditions, embedding(products), {}, tape.embedded, {});
    backend_->run(queue, RowDotsTask{x, tape.embedded, y.as<float>()});
  }
}

void Network::forward_between(Queue& queue, std::size_t first, std::size_t end, ConstMatrixRef x,
                              const Tape& tape) {
  for (std::size_t l = first; l < end; ++l) {
    forward_layer(queue, l, l == first ? x : ConstMatrixRef(tape.outputs[l - 1]), tape,
                  Products::own);
  }
}

void Network::forward_hidden(Queue& queue, ConstMatrixRef x, const Tape& tape) {
  forward_between(queue, 0, layers_.size() - 1, x, tape);
}

void Network::forward(Queue& queue, ConstMatrixRef x, const Tape& tape) {
  forward_hidden(queue, x, tape);
  const std::size_t last = layers_.size() - 1;
  forward_layer(queue, last, below(last, x, tape), tape, Products::own);
}

void Network::forward_exact(Queue& queue, ConstMatrixRef x, const Tape& tape) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    forward_layer(queue, l, below(l, x, tape), tape, Products::exact);
  }
}

void Network::forward_trials(Queue& queue, ConstMatrixRef x, const Tape& tape, MatrixRef trials,
                             const OutputMap& map) {
  forward_hidden(queue, x, tape);
  const std::size_t last = layers_.size() - 1;
  const ConstMatrixRef below_last = below(last, x, tape);
  if (layers_[last].kind == LayerKind::dense) {
    return backend_->dense_trials(queue, below_last, factor(last, Products::own), bias(last),
                                  trials, forward_options(last, Products::own).product(), map);
  }
  forward_layer(queue, last, below_last, tape, Products::own);
  backend_->run(queue, MapTrialsTask{tape.outputs[last].as<float>(), trials, map});
}

void Network::backward_normalisation(Queue& queue, std::size_t layer, const Tape& tape) {
  const MatrixView<float> statistics = tape.statistics[layer].as<float>();
  BatchNormBackwardTask task;
  task.x = tape.raws[layer];
  task.gamma = tensor(layer, "gamma");
  task.mean = {statistics.row(0), statistics.cols};
  task.inverse_deviation = {statistics.row(1), statistics.cols};
  task.dy = tape.deltas[layer];
  task.dgamma = gradient(layer, "gamma");
  task.dbeta = gradient(layer, "beta");
  backend_->run(queue, task);
}

void Network::weight_gradients(Queue& queue, std::size_t layer, ConstMatrixRef x,
                               const Tape& tape) {
  const LayerSpec& spec = layers_[layer];
  const MatrixView<float> dw = weight_gradient(layer).as<float>();
  const VectorView<float> dbias = gradient(layer, "bias");
  const MatrixRef delta = own_columns(layer, tape.deltas[layer]);
  const WeightGradientOptions options{.tf32 = products_.tf32, .bf16 = products_.bf16};
  if (spec.kind == LayerKind::dense) {
    return backend_->dense_backward_weights(queue, x, delta, dw, dbias, options);
  }
  const bool transposed = spec.kind == LayerKind::transposed_conv;
  const ConstMatrixRef large = transposed ? ConstMatrixRef(delta) : x;
  const ConstMatrixRef small = transposed ? x : ConstMatrixRef(delta);
  backend_->conv_backward_weights(queue, spec.geometry, large, small, dw, options);
  if (!dbias.empty()) backend_->run(queue, ChannelSumsTask{delta, dbias, false});
}

ProductOptions Network::options_below(std::size_t layer, ConstMatrixRef at,
                                      Products products) const {
  if (!at.empty()) return forward_options(layer - 1, products).product();
  const bool own = products == Products::own;
  return {.tf32 = own && products_.tf32, .bf16 = own && products_.bf16};
}

void Network::input_gradient(Queue& queue, std::size_t layer, ConstMatrixRef dy, ConstMatrixRef at,
                             MatrixRef dx, Products products) {
  const LayerSpec& spec = layers_[layer];
  const ProductOptions options = options_below(layer, at, products);
  const ConstMatrixRef w = factor(layer, products);
  if (spec.kind == LayerKind::dense) {
    return backend_->dense_backward_input(queue, dy, w, at, dx, options);
  }
  const bool transposed = spec.kind == LayerKind::conv;  // its adjoint goes the other way
  backend_->conv(queue, {spec.geometry, transposed, dy, w, {}, at, dx}, options);
}

void Network::backward_projection(Queue& queue, ConstMatrixRef features, const Tape& tape,
                                  bool weights) {
  const std::size_t last = layers_.size() - 1;
  const ActivationOptions below_last = activation(last - 1);
  backend_->run(queue,
                ScaleRowsTask{tape.embedded, tape.deltas[last], features, tape.deltas[last - 1],
                              below_last.activation, below_last.slope, true});
  if (!weights) return;
  // The embedded conditions have had their use.
  backend_->run(queue, ScaleRowsTask{features, tape.deltas[last], {}, tape.embedded});
  backend_->dense_backward_weights(queue, tape.conditions, tape.embedded, embedding_gradient(), {},
                                   {.tf32 = products_.tf32});
}

void Network::cell_head(Queue& queue, const CellLossTask& loss, const Tape& tape) {
  const std::size_t last = layers_.size() - 1;
  require(last > 0 && layers_[last].kind == LayerKind::dense &&
              layers_[last].activation == Activation::identity &&
              layers_[last - 1].activation == Activation::identity,
          "cell_head", "a layer or an activation of another kind",
          "a dense layer above another, neither with an activation");
  CellHeadTask task;
  task.x = tape.outputs[last - 1];
  task.w = factor(last, Products::own);
  task.bias = bias(last);
  task.logits = tape.outputs[last].as<float>();
  task.loss = loss;
  task.dx = tape.deltas[last - 1];
  task.dw = weight_gradient(last).as<float>();
  task.dbias = gradient(last, "bias");
  backend_->cell_head(queue, task, {.tf32 = products_.tf32});
}

void Network::backward(Queue& queue, ConstMatrixRef x, const Tape& tape,
                       const BackwardOptions& options) {
  for (std::size_t l = layers_.size() - (options.after_head ? 1 : 0); l-- > 0;) {
    const LayerSpec& spec = layers_[l];
    if (spec.kind == LayerKind::residual) {
      backward_residual(queue, l, tape.outputs[l - 1], tape, options.weights);
      continue;
    }
    if (spec.kind == LayerKind::layer_norm) {
      backward_layer_norm(queue, l, tape.outputs[l - 1], tape.deltas[l].as<float>(), {}, tape,
                          options.weights);
      continue;
    }
    const MatrixRef delta = own_columns(l, tape.deltas[l]);
    if (spec.stddev_group > 0) {
      const ActivationOptions own = activation(l);
      backend_->run(
          queue, MinibatchStddevBackwardTask{own_columns(l, tape.outputs[l]),
                                             tape.deltas[l].block(0, delta.rows, spec.outputs, 1),
                                             delta, spec.stddev_group, own.activation, own.slope});
    }
    if (spec.normalised > 0) backward_normalisation(queue, l, tape);
    if (options.weights) weight_gradients(queue, l, below(l, x, tape), tape);
    if (l > 0) {
      input_gradient(queue, l, delta, tape.outputs[l - 1], tape.deltas[l - 1], Products::own);
      if (spec.conditions > 0) {
        backward_projection(queue, tape.outputs[l - 1], tape, options.weights);
      }
    } else if (!options.input_gradient.empty()) {
      input_gradient(queue, 0, delta, {}, options.input_gradient, Products::own);
    }
  }
}

}  // namespace vgan::nn
