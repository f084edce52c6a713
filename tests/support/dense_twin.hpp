// A dense network in double, for central differences.
#pragma once

#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

#include "engine/nn/network.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/reference.hpp"

namespace vgan::testing {

using Values = std::vector<double>;

/// A network's weights and biases in double, in the layout of its arena.
struct Twin {
  static constexpr double leaky = 0.2;

  explicit Twin(const nn::Network& network) : layers(network.layers()) {
    const VectorView<float> weights = network.arena().weights();
    values.assign(weights.data, weights.data + weights.size);
    for (std::size_t i = 0; i < 2 * layers.size(); ++i) at.push_back(network.arena().offset(i));
  }

  Values slice(std::int64_t first, std::int64_t count) const {
    return {values.begin() + first, values.begin() + first + count};
  }

  /// Outputs of all layers for x [rows, inputs].
  std::vector<Values> forward(const Values& x, std::int64_t rows) const {
    std::vector<Values> outputs;
    const Values* below = &x;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const auto [in, out, activation] =
          std::tuple(layers[l].inputs, layers[l].outputs, layers[l].activation);
      Values y = reference::product(*below, slice(at[2 * l], in * out), rows, in, out,
                                    slice(at[2 * l + 1], out));
      for (double& value : y) value = reference::activate(activation, value, leaky);
      outputs.push_back(std::move(y));
      below = &outputs.back();
    }
    return outputs;
  }

  /// Gradient of the sum of outputs with respect to x [rows, inputs].
  Values input_gradient(const Values& x, std::int64_t rows) const {
    const auto outputs = forward(x, rows);
    Values delta(static_cast<std::size_t>(rows * layers.back().outputs), 1.0);
    for (std::size_t l = layers.size(); l-- > 0;) {
      const auto [in, out, activation] =
          std::tuple(layers[l].inputs, layers[l].outputs, layers[l].activation);
      for (std::size_t i = 0; i < delta.size(); ++i) {
        delta[i] *= reference::derivative_from_output(activation, outputs[l][i], leaky);
      }
      delta = reference::product(delta, reference::transpose(slice(at[2 * l], in * out), in, out),
                                 rows, out, in);
    }
    return delta;
  }

  std::vector<nn::LayerSpec> layers;
  std::vector<std::int64_t> at;
  Values values;
};

/// The arena's gradient against central differences of `loss(twin)`, for every parameter.
/// Padding has no slope and no gradient. The tolerance: some ten f32 roundings on the one side,
/// 1e-9 of cancellation on the other.
template <class Loss>
void check_gradient(const nn::Network& network, Loss loss,
                    const Tolerance& tolerance = {2e-7, 1e-4}) {
  const VectorView<float> arena = network.arena().gradients();
  const Values claimed(arena.data, arena.data + arena.size);
  Twin twin(network);
  constexpr double step = 1e-6;
  Values slopes;
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
