#include "apps/bench/workload.hpp"

#include <algorithm>
#include <tuple>

#include "engine/models/generator_model.hpp"
#include "engine/nn/network.hpp"

namespace vgan::bench {
namespace {

using nn::LayerSpec;

void add(std::vector<OperationSpec>& list, const OperationSpec& spec) {
  const auto known = std::find_if(list.begin(), list.end(),
                                  [&](const OperationSpec& o) { return o.same_work(spec); });
  if (known == list.end()) {
    list.push_back(spec);
  } else {
    known->per_epoch += spec.per_epoch;
  }
}

TrialShape row(std::int64_t trial) { return {1, trial, 1}; }

class StepList {
 public:
  StepList(const TrainConfig& config, std::int64_t trial, Precision precision)
      : type_(precision == Precision::bf16 ? ElementType::bf16 : ElementType::f32),
        batch_(config.batch),
        g_(generator_layers(with_layers(config, row(trial)), row(trial))),
        d_(discriminator_layers(with_layers(config, row(trial)), row(trial))) {}

  void forward(const std::vector<LayerSpec>& layers, std::int64_t rows, ElementType last) {
    for (const LayerSpec& layer : layers) {
      const bool ends = &layer == &layers.back();
      add(list, {.name = "dense_forward",
                 .rows = rows,
                 .inputs = layer.inputs,
                 .outputs = layer.outputs,
                 .type = type_,
                 .result = ends ? last : type_,
                 .activation = layer.activation,
                 .bias = true});
    }
  }

  void weight_gradients(const std::vector<LayerSpec>& layers, std::int64_t rows) {
    for (const LayerSpec& layer : layers) {
      add(list, {.name = "dense_backward_weights",
                 .rows = rows,
                 .inputs = layer.inputs,
                 .outputs = layer.outputs,
                 .type = type_,
                 .bias = true});
    }
  }

  /// `to_input`: down to the network's input, else to the first layer's output.
  void input_gradients(const std::vector<LayerSpec>& layers, std::int64_t rows, ElementType type,
                       bool to_input, double per_epoch = 1.0) {
    for (std::size_t l = to_input ? 0 : 1; l < layers.size(); ++l) {
      add(list, {.name = "dense_backward_input",
                 .rows = rows,
                 .inputs = layers[l].inputs,
                 .outputs = layers[l].outputs,
                 .type = type,
                 .result = type,
                 .at = type_,
                 .activation = l == 0 ? Activation::identity : layers[l - 1].activation,
                 .per_epoch = per_epoch});
    }
  }

  void pointwise(const char* name, std::int64_t rows, std::int64_t cols, ElementType type,
                 double per_epoch = 1.0) {
    add(list, {.name = name,
               .rows = rows,
               .inputs = cols,
               .type = type,
               .result = type,
               .per_epoch = per_epoch});
  }

  // R1 in f32: D's input gradient, its norm, and the forward pass of the tangent.
  void penalty(double per_epoch) {
    input_gradients(d_, batch_, ElementType::f32, true, per_epoch);
    pointwise("gradient_penalty", batch_, d_.front().inputs, ElementType::f32, per_epoch);
    for (const LayerSpec& layer : d_) {
      add(list, {.name = "dense_backward_weights",
                 .rows = batch_,
                 .inputs = layer.inputs,
                 .outputs = layer.outputs,
                 .accumulate = true,
                 .per_epoch = per_epoch});
      if (&layer == &d_.back()) break;
      add(list, {.name = "dense_tangent",
                 .rows = batch_,
                 .inputs = layer.inputs,
                 .outputs = layer.outputs,
                 .at = type_,
                 .activation = layer.activation,
                 .per_epoch = per_epoch});
    }
  }

  void adam(const std::vector<LayerSpec>& layers, bool average) {
    add(list, {.name = "adam",
               .rows = 1,
               .inputs = nn::parameter_count(layers),
               .type = type_,
               .average = average});
  }

  void step(const TrainConfig& config) {
    pointwise("gather", batch_, g_.back().outputs, type_);
    pointwise("normal", batch_, g_.front().inputs, type_);
    forward(g_, batch_, type_);
    forward(d_, 2 * batch_, ElementType::f32);
    pointwise("gan_loss", batch_, 1, type_, 3.0);
    weight_gradients(d_, 2 * batch_);
    input_gradients(d_, 2 * batch_, type_, false);
    const double penalties = config.r2 > 0.0 ? 2.0 : 1.0;  // on real trials, and on fakes
    if (config.r1 > 0.0) penalty(penalties / static_cast<double>(config.r1_every));
    adam(d_, false);
    forward(d_, batch_, ElementType::f32);
    input_gradients(d_, batch_, type_, true);
    pointwise("activation_backward", batch_, g_.back().outputs, type_);
    list.back().activation = g_.back().activation;
    weight_gradients(g_, batch_);
    input_gradients(g_, batch_, type_, false);
    adam(g_, config.ema > 0.0);
  }

  const std::vector<LayerSpec>& generator() const { return g_; }
  ElementType type() const { return type_; }

  std::vector<OperationSpec> list;

 private:
  ElementType type_;
  std::int64_t batch_;
  std::vector<LayerSpec> g_, d_;
};

double size_of(ElementType type) { return static_cast<double>(element_size(type)); }

}  // namespace

bool OperationSpec::same_work(const OperationSpec& other) const {
  const auto key = [](const OperationSpec& o) {
    return std::tie(o.name, o.rows, o.inputs, o.outputs, o.type, o.result, o.at, o.activation,
                    o.bias, o.accumulate, o.exact, o.average);
  };
  return key(*this) == key(other);
}

double OperationSpec::flops() const {
  const double each = name == "nearest_rows" ? 3.0 : 2.0;
  return each * static_cast<double>(rows) * static_cast<double>(inputs) *
         static_cast<double>(outputs);
}

double OperationSpec::bytes() const {
  const auto r = static_cast<double>(rows);
  const auto i = static_cast<double>(inputs);
  const auto o = static_cast<double>(outputs);
  const double e = size_of(type);
  const double offset = bias ? 4.0 * o : 0.0;
  const double mask = activation == Activation::identity ? 0.0 : size_of(at);
  if (name == "nearest_rows") return e * (r * i + i * o) + 12.0 * r * nearest_neighbours;
  if (name == "dense_forward") return e * (r * i + i * o) + offset + size_of(result) * r * o;
  if (name == "dense_tangent") return e * (r * i + i * o + r * o) + mask * r * o;
  if (name == "dense_backward_input") return e * (r * o + i * o + r * i) + mask * r * i;
  if (name == "dense_backward_weights") {
    return e * (r * i + r * o) + (accumulate ? 8.0 : 4.0) * i * o + offset;
  }
  // w, m and v are read and written, the gradient is read; EMA 8 bytes, shadow 2.
  if (name == "adam") return i * (28.0 + (average ? 8.0 : 0.0) + (e == 2.0 ? 2.0 : 0.0));
  if (name == "gather") return r * i * (1.0 + e);  // from u8
  if (name == "normal") return r * i * e;
  if (name == "gan_loss") return r * (4.0 + e);
  if (name == "activation_backward") return 3.0 * e * r * i;
  return 2.0 * e * r * i;  // read and written
}

std::string OperationSpec::shape() const {
  const std::string left = std::to_string(rows) + " x " + std::to_string(inputs);
  return is_product() ? left + " -> " + std::to_string(outputs) : left;
}

std::vector<OperationSpec> step_operations(const TrainConfig& config, std::int64_t trial,
                                           Precision precision) {
  StepList step(config, trial, precision);
  step.step(config);
  return step.list;
}

std::vector<OperationSpec> generator_products(const TrainConfig& config, std::int64_t trial,
                                              Precision precision, std::int64_t rows) {
  StepList pass(config, trial, precision);
  pass.forward(pass.generator(), rows, ElementType::f32);
  return bare_products(pass.list);
}

std::vector<OperationSpec> bare_products(const std::vector<OperationSpec>& operations) {
  std::vector<OperationSpec> bare;
  for (OperationSpec spec : operations) {
    if (!spec.is_product()) continue;
    spec.activation = Activation::identity;
    spec.bias = false;
    spec.at = ElementType::f32;  // not read
    add(bare, spec);
  }
  return bare;
}

double flops_per_epoch(const std::vector<OperationSpec>& operations) {
  double sum = 0.0;
  for (const OperationSpec& spec : operations) sum += spec.flops() * spec.per_epoch;
  return sum;
}

}  // namespace vgan::bench
