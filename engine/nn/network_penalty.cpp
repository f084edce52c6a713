// The second-order term of a gradient penalty, by a tangent pass.
#include "engine/base/check.hpp"
#include "engine/nn/network.hpp"

namespace vgan::nn {

void Network::input_gradient_of_sum(Queue& queue, const Tape& outputs, const Tape& scratch,
                                    MatrixRef v) {
  backend_->fill(queue, 1.0F, scratch.deltas.back());
  for (std::size_t l = layers_.size(); l-- > 0;) {
    require(layers_[l].normalised == 0, "gradient penalty", "batch normalisation",
            "layers that are piecewise linear for one trial");
    const MatrixRef delta = own_columns(l, scratch.deltas[l]);
    if (l == 0) {
      input_gradient(queue, 0, delta, {}, v, Products::exact);
      break;
    }
    const MatrixRef at = outputs.outputs[l - 1];
    input_gradient(queue, l, delta, at, scratch.deltas[l - 1], Products::exact);
    if (layers_[l].conditions == 0) continue;
    backend_->dense_forward(queue, scratch.conditions, embedding(Products::exact), {},
                            scratch.embedded, {});
    const ActivationOptions below_last = activation(l - 1);
    backend_->run(queue,
                  ScaleRowsTask{scratch.embedded, scratch.deltas[l], at, scratch.deltas[l - 1],
                                below_last.activation, below_last.slope, true});
  }
}

void Network::tangent_gradient(Queue& queue, const Tape& outputs, const Tape& scratch,
                               ConstMatrixRef t, bool accumulate) {
  const WeightGradientOptions options{.accumulate = accumulate};
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LayerSpec& spec = layers_[l];
    const MatrixView<float> dw = weight_gradient(l).as<float>();
    const MatrixRef delta = own_columns(l, scratch.deltas[l]);
    if (spec.kind == LayerKind::dense) {
      backend_->dense_backward_weights(queue, t, delta, dw, {}, options);
    } else {
      const bool transposed = spec.kind == LayerKind::transposed_conv;
      backend_->conv_backward_weights(queue, spec.geometry, transposed ? ConstMatrixRef(delta) : t,
                                      transposed ? t : ConstMatrixRef(delta), dw, options);
    }
    if (spec.conditions > 0) {  // the sum of logits has gradient 1 in each of them
      backend_->dense_backward_weights(queue, scratch.conditions, t, embedding_gradient(), {},
                                       options);
    }
    if (l + 1 == layers_.size()) break;
    tangent_layer(queue, l, t, outputs, scratch);
    t = scratch.outputs[l];
  }
}

void Network::tangent_layer(Queue& queue, std::size_t layer, ConstMatrixRef t, const Tape& outputs,
                            const Tape& scratch) {
  const LayerSpec& spec = layers_[layer];
  const MatrixRef y = own_columns(layer, scratch.outputs[layer]);
  const MatrixRef at = own_columns(layer, outputs.outputs[layer]);
  const ConstMatrixRef w = factor(layer, Products::exact);
  const ProductOptions options = forward_options(layer, Products::exact).product();
  if (spec.kind == LayerKind::dense) {
    backend_->dense_tangent(queue, t, w, at, y, options);
  } else {
    const bool transposed = spec.kind == LayerKind::transposed_conv;
    backend_->conv(queue, {spec.geometry, transposed, t, w, {}, at, y}, options);
  }
  if (spec.stddev_group > 0) {  // a constant
    backend_->fill(queue, 0.0F, scratch.outputs[layer].block(0, y.rows, spec.outputs, 1));
  }
}

}  // namespace vgan::nn
