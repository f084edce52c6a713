// A network of any layers in double, for central differences: slow, obvious loops.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/nn/network.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/reference.hpp"

namespace vgan::testing {

/// Dense layers, convolutions and transposed ones are all sums y[i] += x[j] * w[k] over such terms.
struct ProductTerm {
  std::size_t x, w, y;
};

inline std::vector<ProductTerm> product_terms(const nn::LayerSpec& layer) {
  std::vector<ProductTerm> terms;
  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  if (layer.kind == nn::LayerKind::dense) {
    for (std::int64_t i = 0; i < layer.inputs; ++i) {
      for (std::int64_t j = 0; j < layer.outputs; ++j) {
        terms.push_back({at(i), at(i * layer.outputs + j), at(j)});
      }
    }
    return terms;
  }
  const ConvGeometry& g = layer.geometry;
  for (std::int64_t small = 0; small < g.small_height * g.small_width; ++small) {
    for (std::int64_t k = 0; k < g.kernel_h * g.kernel_w; ++k) {
      const std::int64_t row = small / g.small_width * g.stride_h + k / g.kernel_w - g.pad_h;
      const std::int64_t col = small % g.small_width * g.stride_w + k % g.kernel_w - g.pad_w;
      if (row < 0 || row >= g.height || col < 0 || col >= g.width) continue;
      for (std::int64_t c = 0; c < g.channels; ++c) {
        for (std::int64_t f = 0; f < g.filters; ++f) {
          const std::size_t large = at((row * g.width + col) * g.channels + c);
          const std::size_t little = at(small * g.filters + f);
          const std::size_t w = at((k * g.channels + c) * g.filters + f);
          const bool transposed = layer.kind == nn::LayerKind::transposed_conv;
          terms.push_back({transposed ? little : large, w, transposed ? large : little});
        }
      }
    }
  }
  return terms;
}

/// A network's weights in double, in the layout of its arena. No batch normalisation.
class ModelTwin {
 public:
  using Values = reference::Values;

  explicit ModelTwin(const nn::Network& network, double slope = 0.2)
      : network_(&network), slope_(slope) {
    const VectorView<float> weights = network.arena().weights();
    values.assign(weights.data, weights.data + weights.size);
    for (const nn::LayerSpec& layer : layers()) terms_.push_back(product_terms(layer));
  }

  const std::vector<nn::LayerSpec>& layers() const { return network_->layers(); }

  /// Outputs of all layers for x [rows, inputs]; `conditions` [rows, n] of a projection.
  std::vector<Values> forward(const Values& x, std::int64_t rows,
                              const Values& conditions = {}) const {
    std::vector<Values> outputs;
    for (std::size_t l = 0; l < layers().size(); ++l) {
      const nn::LayerSpec& layer = layers()[l];
      const Values& below = l == 0 ? x : outputs.back();
      Values y = product(l, below, rows);
      const double* bias = tensor(l, "bias");
      for (std::size_t i = 0; i < y.size(); ++i) {
        const std::size_t channel = i % static_cast<std::size_t>(layer.bias_size());
        y[i] = reference::activate(layer.activation, y[i] + bias[channel], slope_);
      }
      if (layer.stddev_group > 0) y = with_statistic(layer, y, rows);
      if (layer.conditions > 0) {
        const Values dots = projected(l, below, conditions, rows);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] += dots[i];
      }
      outputs.push_back(std::move(y));
    }
    return outputs;
  }

  /// Gradient of the sum of outputs with respect to x, with a minibatch statistic held fixed.
  Values input_gradient(const Values& x, std::int64_t rows, const Values& conditions = {}) const {
    const auto outputs = forward(x, rows, conditions);
    Values delta(static_cast<std::size_t>(rows), 1.0);
    for (std::size_t l = layers().size(); l-- > 0;) {
      const nn::LayerSpec& layer = layers()[l];
      delta = masked(layer, outputs[l], delta, rows);
      Values below = adjoint(l, delta, rows);
      if (layer.conditions > 0) {
        const Values rows_of_e = embedded(l, conditions, rows);
        for (std::size_t i = 0; i < below.size(); ++i) below[i] += rows_of_e[i];
      }
      delta = std::move(below);
    }
    return delta;
  }

  /// Calls `body(index in the arena)` for each trained number.
  template <class Body>
  void for_each_trained(Body body) const {
    for (std::size_t l = 0; l < layers().size(); ++l) {
      const auto specs = nn::tensors_of(layers()[l]);
      for (std::size_t i = 0; i < specs.size(); ++i) {
        const std::int64_t first = network_->arena().offset(network_->tensor_index(l, i));
        for (std::int64_t n = 0; specs[i].trained && n < specs[i].size(); ++n) {
          body(static_cast<std::size_t>(first + n));
        }
      }
    }
  }

  Values values;

 private:
  const double* tensor(std::size_t l, const std::string& name) const {
    const VectorView<float> found = network_->tensor(l, name);
    return values.data() + (found.data - network_->arena().weights().data);
  }

  // 1 / v^T W u of a spectral layer's weight or embedding [rows, cols], with u and v as they are.
  double scale(std::size_t l, const std::string& name, const std::string& of, std::int64_t rows,
               std::int64_t cols) const {
    if (!layers()[l].spectral) return 1.0;
    const double *u = tensor(l, of + "u"), *v = tensor(l, of + "v"), *w = tensor(l, name);
    double sigma = 0.0;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < cols; ++j) sigma += v[i] * w[i * cols + j] * u[j];
    }
    return 1.0 / sigma;
  }

  Values product(std::size_t l, const Values& x, std::int64_t rows) const {
    return sums(l, x, rows, layers()[l].inputs, layers()[l].outputs, false);
  }
  Values adjoint(std::size_t l, const Values& dy, std::int64_t rows) const {
    return sums(l, dy, rows, layers()[l].outputs, layers()[l].inputs, true);
  }
  Values sums(std::size_t l, const Values& from, std::int64_t rows, std::int64_t from_cols,
              std::int64_t to_cols, bool back) const {
    Values to(static_cast<std::size_t>(rows * to_cols), 0.0);
    const double* w = tensor(l, "weight");
    const nn::LayerSpec& layer = layers()[l];
    const double by = scale(l, "weight", "", layer.weight_rows(), layer.weight_cols());
    for (std::int64_t row = 0; row < rows; ++row) {
      const double* in = from.data() + row * from_cols;
      double* out = to.data() + row * to_cols;
      for (const ProductTerm& t : terms_[l]) {
        out[back ? t.x : t.y] += by * w[t.w] * in[back ? t.y : t.x];
      }
    }
    return to;
  }

  Values with_statistic(const nn::LayerSpec& layer, const Values& y, std::int64_t rows) const {
    const std::int64_t cols = layer.outputs, group = layer.stddev_group;
    Values wide;
    for (std::int64_t first = 0; first < rows; first += group) {
      double statistic = 0.0;
      for (std::int64_t j = 0; j < cols; ++j) {
        double mean = 0.0, square = 0.0;
        for (std::int64_t i = first; i < first + group; ++i) {
          mean += y[reference::at(i, j, cols)] / static_cast<double>(group);
        }
        for (std::int64_t i = first; i < first + group; ++i) {
          const double off = y[reference::at(i, j, cols)] - mean;
          square += off * off / static_cast<double>(group);
        }
        statistic += std::sqrt(square + 1e-8) / static_cast<double>(cols);
      }
      for (std::int64_t i = first; i < first + group; ++i) {
        wide.insert(wide.end(), y.begin() + i * cols, y.begin() + (i + 1) * cols);
        wide.push_back(statistic);
      }
    }
    return wide;
  }

  // delta before the activation, without the statistic's column.
  Values masked(const nn::LayerSpec& layer, const Values& y, const Values& delta,
                std::int64_t rows) const {
    Values own;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < layer.outputs; ++j) {
        const std::size_t at = reference::at(i, j, layer.width());
        own.push_back(delta[at] *
                      reference::derivative_from_output(layer.activation, y[at], slope_));
      }
    }
    return own;
  }

  Values embedded(std::size_t l, const Values& conditions, std::int64_t rows) const {
    const nn::LayerSpec& layer = layers()[l];
    const double* e = tensor(l, "embedding");
    Values scaled(e, e + layer.conditions * layer.inputs);
    const double by = scale(l, "embedding", "embedding_", layer.conditions, layer.inputs);
    for (double& value : scaled) value *= by;
    return reference::product(conditions, scaled, rows, layer.conditions, layer.inputs);
  }
  Values projected(std::size_t l, const Values& features, const Values& conditions,
                   std::int64_t rows) const {
    const Values rows_of_e = embedded(l, conditions, rows);
    Values dots(static_cast<std::size_t>(rows), 0.0);
    const auto cols = static_cast<std::size_t>(layers()[l].inputs);
    for (std::size_t i = 0; i < features.size(); ++i) dots[i / cols] += features[i] * rows_of_e[i];
    return dots;
  }

  const nn::Network* network_;
  double slope_;
  std::vector<std::vector<ProductTerm>> terms_;
};

/// The arena's gradient against central differences of `loss(twin)`, for every parameter.
/// Padding has no slope and no gradient. The tolerance: some ten f32 roundings on the one side,
/// 1e-9 of cancellation on the other.
template <class Loss>
void check_gradient(const nn::Network& network, Loss loss,
                    const Tolerance& tolerance = {2e-7, 1e-4}) {
  const VectorView<float> arena = network.arena().gradients();
  const reference::Values claimed(arena.data, arena.data + arena.size);
  ModelTwin twin(network);
  constexpr double step = 1e-6;
  reference::Values slopes;
  for (double& value : twin.values) {
    const double here = value;
    value = here + step;
    const double above = loss(twin);
    value = here - step;
    slopes.push_back((above - loss(twin)) / (2.0 * step));
    value = here;
  }
  require_close("gradient", claimed, slopes, tolerance);
  double largest = 0.0;
  for (const double value : slopes) largest = std::fmax(largest, std::fabs(value));
  CHECK(largest > 0.005);
}

}  // namespace vgan::testing
