#include "engine/nn/network.hpp"

#include <cmath>

#include "engine/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan::nn {
namespace {

// Of each layer the weight, then the bias, whose copy nobody reads.
std::vector<TensorPlan> tensor_plans(const Backend& backend, const std::vector<DenseSpec>& layers) {
  std::vector<TensorPlan> tensors;
  for (const DenseSpec& layer : layers) {
    tensors.push_back(
        {layer.inputs * layer.outputs, backend.weight_copy(layer.inputs, layer.outputs)});
    tensors.push_back({layer.outputs, {layer.outputs, false}});
  }
  return tensors;
}

MatrixRef as_row(VectorView<float> values) {
  return {values.data, ElementType::f32, 1, values.size, values.size};
}

}  // namespace

std::vector<DenseSpec> dense_stack(const std::vector<std::int64_t>& widths, Activation last) {
  std::vector<DenseSpec> layers;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const bool is_last = i + 2 == widths.size();
    layers.push_back({widths[i], widths[i + 1], is_last ? last : Activation::leaky_relu});
  }
  return layers;
}

std::int64_t parameter_count(const std::vector<DenseSpec>& layers) {
  std::int64_t count = 0;
  for (const DenseSpec& layer : layers) count += (layer.inputs + 1) * layer.outputs;
  return count;
}

Tape Tape::rows_from(std::int64_t first, std::int64_t count) const {
  Tape part;
  for (const MatrixRef& output : outputs) part.outputs.push_back(output.rows_from(first, count));
  for (const MatrixRef& delta : deltas) part.deltas.push_back(delta.rows_from(first, count));
  return part;
}

std::size_t TapeStorage::bytes(const std::vector<DenseSpec>& layers, std::int64_t rows,
                               ElementType type, ElementType last_type, bool deltas) {
  std::size_t total = 0;
  for (const DenseSpec& layer : layers) {
    const bool last = &layer == &layers.back();
    total += matrix_bytes(rows, layer.outputs, last ? last_type : type);
    if (deltas) total += matrix_bytes(rows, layer.outputs, type);
  }
  return total;
}

TapeStorage::TapeStorage(Backend& backend, const std::vector<DenseSpec>& layers, std::int64_t rows,
                         ElementType type, ElementType last_type, bool deltas,
                         const std::string& what)
    : buffer_(backend.allocate(bytes(layers, rows, type, last_type, deltas), what)) {
  Carver carver(buffer_.data());
  for (const DenseSpec& layer : layers) {
    const ElementType output_type = &layer == &layers.back() ? last_type : type;
    tape_.outputs.push_back(carver.take(rows, layer.outputs, output_type));
    if (deltas) tape_.deltas.push_back(carver.take(rows, layer.outputs, type));
  }
}

Network::Network(Backend& backend, std::vector<DenseSpec> layers, float slope,
                 const ArenaOptions& options, const std::string& what, ProductOptions products)
    : backend_(&backend),
      layers_(std::move(layers)),
      slope_(slope),
      compute_type_(options.shadow ? ElementType::bf16 : ElementType::f32),
      products_(products),
      arena_(backend, tensor_plans(backend, layers_), options, what) {}

std::size_t Network::bytes(const Backend& backend, const std::vector<DenseSpec>& layers,
                           const ArenaOptions& options) {
  return ParameterArena::bytes(tensor_plans(backend, layers), options);
}

void Network::initialise(Queue& queue, std::uint64_t seed, std::uint64_t id) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const float bound = 1.0F / std::sqrt(static_cast<float>(layers_[l].inputs));
    const std::uint64_t base = id << 40;
    const auto first = [&](std::size_t tensor) {
      return base + static_cast<std::uint64_t>(arena_.offset(tensor));
    };
    backend_->uniform(queue, {seed, Purpose::initialise, first(2 * l)}, bound,
                      weight(l).as<float>());
    backend_->uniform(queue, {seed, Purpose::initialise, first(2 * l + 1)}, bound,
                      as_row(bias(l)).as<float>());
  }
  weights_changed(queue, true);
}

void Network::weights_changed(Queue& queue, bool reset_average) {
  const MatrixRef all = as_row(arena_.weights());
  if (const auto shadow = arena_.adam().shadow; !shadow.empty()) {
    backend_->convert(queue, all, {shadow.data, ElementType::bf16, 1, shadow.size, shadow.size});
  }
  pack_copies(queue);
  if (reset_average && !arena_.average().empty()) {
    backend_->convert(queue, all, as_row(arena_.average()));
  }
}

void Network::pack_copies(Queue& queue) {
  if (!arena_.has_packed_copies()) return;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    backend_->pack_weights(queue, weight(l).as<float>(), weight_copy(l));
  }
}

MatrixRef Network::weight(std::size_t layer) const {
  const DenseSpec& spec = layers_[layer];
  return {arena_.weights().data + arena_.offset(2 * layer), ElementType::f32, spec.inputs,
          spec.outputs, spec.outputs};
}

VectorView<float> Network::bias(std::size_t layer) const {
  return {arena_.weights().data + arena_.offset(2 * layer + 1), layers_[layer].outputs};
}

ConstMatrixRef Network::compute_weight(std::size_t layer) const {
  if (compute_type_ == ElementType::f32) return weight(layer);
  return weight_copy(layer);
}

MatrixRef Network::weight_copy(std::size_t layer) const {
  const DenseSpec& spec = layers_[layer];
  return {arena_.copy(2 * layer).data,
          ElementType::bf16,
          spec.inputs,
          spec.outputs,
          spec.outputs,
          arena_.adam(2 * layer).packed_shadow};
}

MatrixRef Network::weight_gradient(std::size_t layer) const {
  const DenseSpec& spec = layers_[layer];
  return {arena_.gradients().data + arena_.offset(2 * layer), ElementType::f32, spec.inputs,
          spec.outputs, spec.outputs};
}

VectorView<float> Network::bias_gradient(std::size_t layer) const {
  return {arena_.gradients().data + arena_.offset(2 * layer + 1), layers_[layer].outputs};
}

void Network::forward_hidden(Queue& queue, ConstMatrixRef x, const Tape& tape) {
  for (std::size_t l = 0; l + 1 < layers_.size(); ++l) {
    backend_->dense_forward(queue, below(l, x, tape), compute_weight(l), bias(l), tape.outputs[l],
                            activation(l));
  }
}

void Network::forward(Queue& queue, ConstMatrixRef x, const Tape& tape) {
  forward_hidden(queue, x, tape);
  const std::size_t last = layers_.size() - 1;
  backend_->dense_forward(queue, below(last, x, tape), compute_weight(last), bias(last),
                          tape.outputs[last], activation(last));
}

void Network::forward_trials(Queue& queue, ConstMatrixRef x, const Tape& tape, MatrixRef trials,
                             const OutputMap& map) {
  forward_hidden(queue, x, tape);
  const std::size_t last = layers_.size() - 1;
  backend_->dense_trials(queue, below(last, x, tape), compute_weight(last), bias(last), trials,
                         activation(last), map);
}

void Network::backward(Queue& queue, ConstMatrixRef x, const Tape& tape,
                       const BackwardOptions& options) {
  for (std::size_t l = layers_.size(); l-- > 0;) {
    if (options.weights) {
      backend_->dense_backward_weights(queue, below(l, x, tape), tape.deltas[l],
                                       weight_gradient(l).as<float>(), bias_gradient(l),
                                       {.tf32 = products_.tf32});
    }
    if (l > 0) {
      backend_->dense_backward_input(queue, tape.deltas[l], compute_weight(l), tape.outputs[l - 1],
                                     tape.deltas[l - 1], activation(l - 1));
    } else if (!options.input_gradient.empty()) {
      backend_->dense_backward_input(queue, tape.deltas[0], compute_weight(0), {},
                                     options.input_gradient, {.tf32 = products_.tf32});
    }
  }
}

InputGradientTask Network::input_gradient_task(std::size_t layer, const Tape& tape) const {
  return {tape.deltas[layer],     compute_weight(layer),         tape.outputs[layer - 1],
          tape.deltas[layer - 1], layers_[layer - 1].activation, slope_};
}

DenseUpdateTask Network::update_task(std::size_t layer, ConstMatrixRef x, const Tape& tape,
                                     bool accumulate) const {
  DenseUpdateTask task{below(layer, x, tape), tape.deltas[layer], arena_.adam(2 * layer),
                       arena_.adam(2 * layer + 1), accumulate};
  task.bias.shadow = {};
  return task;
}

void Network::logit_loss(Queue& queue, const Tape& tape, const LogitLossSide& first,
                         const LogitLossSide& second, const UpdateOptions* update) {
  const std::size_t last = layers_.size() - 1;
  require(last > 0, "logit_loss", "a network of one layer", "a hidden layer below the logit");
  LogitLossTask task;
  task.x = tape.outputs[last - 1];
  task.w = compute_weight(last);
  task.bias = bias(last);
  task.logits = tape.outputs[last].as<float>();
  task.gradient = tape.deltas[last];
  task.dx = tape.deltas[last - 1];
  task.activation = layers_[last - 1].activation;
  task.slope = slope_;
  task.sides[0] = first;
  task.sides[1] = second;
  if (update != nullptr) {
    task.weight_step = arena_.adam(2 * last);
    task.bias_step = arena_.adam(2 * last + 1);
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
  const InputGradientTask task{tape.deltas[0], compute_weight(0),     x,
                               input_gradient, activation.activation, activation.slope};
  backend_->dense_backward(queue, task, {}, nullptr, fused);
}

void Network::input_gradient_of_sum(Queue& queue, const Tape& outputs, const Tape& scratch,
                                    MatrixRef v) {
  backend_->fill(queue, 1.0F, scratch.deltas.back());
  for (std::size_t l = layers_.size(); l-- > 1;) {
    backend_->dense_backward_input(queue, scratch.deltas[l], weight(l), outputs.outputs[l - 1],
                                   scratch.deltas[l - 1], exact_activation(l - 1));
  }
  backend_->dense_backward_input(queue, scratch.deltas[0], weight(0), {}, v, {});
}

void Network::tangent_gradient(Queue& queue, const Tape& outputs, const Tape& scratch,
                               ConstMatrixRef t, bool accumulate) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    backend_->dense_backward_weights(queue, t, scratch.deltas[l], weight_gradient(l).as<float>(),
                                     {}, {.accumulate = accumulate});
    if (l + 1 == layers_.size()) break;
    backend_->dense_tangent(queue, t, weight(l), outputs.outputs[l], scratch.outputs[l],
                            exact_activation(l));
    t = scratch.outputs[l];
  }
}

}  // namespace vgan::nn
