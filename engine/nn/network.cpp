#include "engine/nn/network.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan::nn {
namespace {

constexpr int first_iterations = 15;

// Trained numbers start uniform in +- this. A residual block starts as the identity.
double initial_bound(const LayerSpec& layer, const TensorSpec& tensor) {
  const bool zero = (layer.zero_start && tensor.name == "weight") || tensor.name.ends_with("_out");
  return zero ? 0.0 : 1.0 / std::sqrt(layer.fan_in());
}

// Weights have a copy in the form that products read; of the others nobody reads one.
std::vector<TensorPlan> tensor_plans(const Backend& backend, const std::vector<LayerSpec>& layers) {
  std::vector<TensorPlan> plans;
  for (const LayerSpec& layer : layers) {
    for (const TensorSpec& tensor : tensors_of(layer)) {
      const bool multiplies =
          tensor.name == "weight" ? layer.kind == LayerKind::dense : tensor.name == "embedding";
      plans.push_back({tensor.size(), multiplies
                                          ? backend.weight_copy(tensor.shape[0], tensor.shape[1])
                                          : WeightCopy{tensor.size(), false}});
    }
  }
  return plans;
}

bool any_spectral(const std::vector<LayerSpec>& layers) {
  return std::any_of(layers.begin(), layers.end(),
                     [](const LayerSpec& layer) { return layer.spectral; });
}

std::size_t spectral_bytes(const std::vector<LayerSpec>& layers, std::int64_t floats) {
  if (!any_spectral(layers)) return 0;
  return (static_cast<std::size_t>(floats) + layers.size() + 1) * sizeof(float);
}

// Residual blocks and layer norms stand behind a layer whose output is what its product gives, and
// compute in f32.
void require_rows_norm(const std::vector<LayerSpec>& layers, std::size_t l, ElementType type) {
  const LayerSpec& layer = layers[l];
  if (layer.kind != LayerKind::residual && layer.kind != LayerKind::layer_norm) return;
  require(l > 0 && layers[l - 1].activation == Activation::identity &&
              layer.activation == Activation::identity && layer.inputs == layer.outputs,
          "network", "a residual block or layer norm behind an activation, or of two widths",
          "one behind a layer without activation, of one width");
  require(type == ElementType::f32, "network", "a residual block or layer norm in bf16", "f32");
}

MatrixRef as_row(VectorView<float> values) {
  return {values.data, ElementType::f32, 1, values.size, values.size};
}

}  // namespace

Network::Network(Backend& backend, std::vector<LayerSpec> layers, float slope,
                 const ArenaOptions& options, const std::string& what, ComputeOptions products)
    : backend_(&backend),
      layers_(std::move(layers)),
      slope_(slope),
      training_(options.training),
      compute_type_(options.shadow ? ElementType::bf16 : ElementType::f32),
      products_(products),
      arena_(backend, tensor_plans(backend, layers_), options, what) {
  std::size_t tensors = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) require_rows_norm(layers_, l, compute_type_);
  for (const LayerSpec& layer : layers_) {
    first_tensor_.push_back(tensors);
    tensors += tensors_of(layer).size();
  }
  const std::size_t spectral = spectral_bytes(layers_, arena_.size());
  if (spectral > 0) spectral_ = backend.allocate(spectral, what + "'s normalised weights");
}

std::size_t Network::bytes(const Backend& backend, const std::vector<LayerSpec>& layers,
                           const ArenaOptions& options) {
  const std::vector<TensorPlan> plans = tensor_plans(backend, layers);
  const std::size_t weights = ParameterArena::bytes(plans, {.training = false});
  return ParameterArena::bytes(plans, options) +
         spectral_bytes(layers, static_cast<std::int64_t>(weights / sizeof(float)));
}

void Network::initialise(Queue& queue, std::uint64_t seed, std::uint64_t id) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LayerSpec& layer = layers_[l];
    for (const TensorSpec& spec : tensors_of(layer)) {
      const auto bound = static_cast<float>(initial_bound(layer, spec));
      const VectorView<float> values = tensor(l, spec.name);
      const auto place = static_cast<std::uint64_t>(values.data - arena_.weights().data);
      if (spec.name == "gamma" || spec.name.ends_with("variance")) {
        backend_->fill(queue, 1.0F, as_row(values));
      } else if (spec.name != "beta" &&
                 (spec.trained || spec.name.ends_with('u'))) {  // the start of a power iteration
        backend_->run(queue, UniformTask{{seed, Purpose::initialise, (id << 40) + place},
                                         spec.trained ? bound : 1.0F,
                                         as_row(values).as<float>()});
      }
    }
  }
  for (const SpectralTask& task : spectral_tasks(true)) {
    for (int i = 0; i < first_iterations; ++i) backend_->run(queue, task);
  }
  weights_changed(queue, true);
}

void Network::weights_changed(Queue& queue, bool reset_average) {
  const MatrixRef all = as_row(arena_.weights());
  if (const auto shadow = arena_.adam().shadow; !shadow.empty()) {
    backend_->convert(queue, all, {shadow.data, ElementType::bf16, 1, shadow.size, shadow.size});
  }
  refresh_spectral(queue, false);
  pack_copies(queue);
  if (reset_average && !arena_.average().empty()) {
    backend_->convert(queue, all, as_row(arena_.average()));
  }
}

void Network::take_weights(Queue& queue, VectorView<const float> weights) {
  const VectorView<float> own = arena_.weights();
  require(weights.size == own.size, "network", std::to_string(weights.size) + " weights",
          std::to_string(own.size));
  backend_->convert(queue, {weights.data, ElementType::f32, 1, weights.size, weights.size},
                    {own.data, ElementType::f32, 1, own.size, own.size});
  weights_changed(queue, false);
}

void Network::weights_moved(Queue& queue) {
  refresh_spectral(queue, true);
  pack_copies(queue);
}

void Network::refresh_spectral(Queue& queue, bool iterate) {
  for (const SpectralTask& task : spectral_tasks(iterate)) backend_->run(queue, task);
}

void Network::pack_copies(Queue& queue) {
  if (compute_type_ == ElementType::f32) return;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    // A pass over the arena wrote the others.
    if (arena_.has_packed_copies() || layers_[l].spectral) {
      backend_->pack_weights(queue, factor(l, Products::exact).as<float>(), weight_copy(l, 0));
    }
    if ((arena_.has_packed_copies() || layers_[l].spectral) && layers_[l].conditions > 0) {
      backend_->pack_weights(queue, embedding(Products::exact).as<float>(),
                             weight_copy(l, tensors_of(layers_[l]).size() - 1));
    }
  }
}

void Network::finish_gradients(Queue& queue) {
  for (const SpectralTask& task : spectral_tasks(false)) {
    const MatrixView<float> gradients{
        arena_.gradients().data + (task.w.data - arena_.weights().data), task.w.rows, task.w.cols,
        task.w.stride};
    backend_->run(queue,
                  SpectralGradientTask{task.normalised, task.u, task.v, task.sigma, gradients});
  }
}

std::vector<SpectralTask> Network::spectral_tasks(bool iterate) const {
  std::vector<SpectralTask> tasks;
  auto* start = spectral_.as<float>();
  const auto add = [&](std::size_t layer, const std::string& of, MatrixView<const float> w) {
    SpectralTask task;
    task.w = w;
    task.u = tensor(layer, of + "u");
    task.v = tensor(layer, of + "v");
    task.sigma = start + arena_.size() + tasks.size();
    task.normalised = {start + (w.data - arena_.weights().data), w.rows, w.cols, w.stride};
    task.iterate = iterate;
    tasks.push_back(task);
  };
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LayerSpec& layer = layers_[l];
    if (!layer.spectral) continue;
    add(l, "", weight(l).as<float>());
    if (layer.conditions == 0) continue;
    const float* embedding = tensor(l, "embedding").data;
    add(l, "embedding_", {embedding, layer.conditions, layer.inputs, layer.inputs});
  }
  return tasks;
}

VectorView<float> Network::tensor(std::size_t layer, const std::string& name) const {
  const std::vector<TensorSpec> specs = tensors_of(layers_[layer]);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].name != name) continue;
    return {arena_.weights().data + arena_.offset(tensor_index(layer, i)), specs[i].size()};
  }
  return {};
}

VectorView<float> Network::gradient(std::size_t layer, const std::string& name) const {
  const VectorView<float> values = tensor(layer, name);
  if (values.empty()) return {};
  return {arena_.gradients().data + (values.data - arena_.weights().data), values.size};
}

MatrixRef Network::as_weight(std::size_t layer, const float* section) const {
  const LayerSpec& spec = layers_[layer];
  return {const_cast<float*>(section) + arena_.offset(tensor_index(layer, 0)), ElementType::f32,
          spec.weight_rows(), spec.weight_cols(), spec.weight_cols()};
}

MatrixRef Network::weight(std::size_t layer) const {
  return as_weight(layer, arena_.weights().data);
}

MatrixRef Network::weight_gradient(std::size_t layer) const {
  return as_weight(layer, arena_.gradients().data);
}

VectorView<float> Network::bias(std::size_t layer) const { return tensor(layer, "bias"); }

ConstMatrixRef Network::factor(std::size_t layer, Products products) const {
  if (products == Products::own && compute_type_ == ElementType::bf16) return weight_copy(layer, 0);
  if (!layers_[layer].spectral) return weight(layer);
  return as_weight(layer, spectral_.as<float>());
}

ConstMatrixRef Network::embedding(Products products) const {
  const std::size_t last = layers_.size() - 1;
  const LayerSpec& spec = layers_[last];
  if (products == Products::own && compute_type_ == ElementType::bf16) {
    return weight_copy(last, tensors_of(spec).size() - 1);
  }
  const float* values = tensor(last, "embedding").data;
  if (spec.spectral) values = spectral_.as<float>() + (values - arena_.weights().data);
  return ConstMatrixRef{values, ElementType::f32, spec.conditions, spec.inputs, spec.inputs};
}

MatrixView<float> Network::embedding_gradient() const {
  const LayerSpec& spec = layers_.back();
  return {gradient(layers_.size() - 1, "embedding").data, spec.conditions, spec.inputs,
          spec.inputs};
}

MatrixRef Network::weight_copy(std::size_t layer, std::size_t tensor) const {
  const std::vector<std::int64_t> shape = tensors_of(layers_[layer])[tensor].shape;
  const std::size_t index = tensor_index(layer, tensor);
  return {arena_.copy(index).data,
          ElementType::bf16,
          shape[0],
          shape[1],
          shape[1],
          arena_.has_packed_copies() && arena_.is_packed(index)};
}

ForwardOptions Network::forward_options(std::size_t layer, Products products) const {
  ForwardOptions options{layers_[layer].activation, slope_};
  if (products == Products::own) {
    options.tf32 = products_.tf32;
    options.fused = products_.fused;
    options.bf16 = products_.bf16;
  }
  return options;
}

}  // namespace vgan::nn
