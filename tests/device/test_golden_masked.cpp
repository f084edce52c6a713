// Ten steps of a network over cells against PyTorch in double: losses, norms, weights, averages.
// The values and their recipe come from tests/golden/make_masked_steps.py.
#include <fstream>

#include <nlohmann/json.hpp>

#include "engine/nn/adam.hpp"
#include "engine/nn/network.hpp"
#include "engine/objectives/masked.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/paths.hpp"

using namespace vgan;
using namespace vgan::testing;
using nlohmann::json;
using objectives::MaskedValue;

namespace {

constexpr int steps = 10;
constexpr std::int64_t rows = 5;
constexpr std::int64_t columns = 3;
// f32 against f64 over ten steps.
constexpr Tolerance tolerance{2e-6, 2e-5};

std::vector<nn::LayerSpec> layers() {
  nn::LayerSpec block{8, 8};
  block.kind = nn::LayerKind::residual;
  block.hidden = 16;
  block.dropout = 0.25F;
  nn::LayerSpec norm{8, 8};
  norm.kind = nn::LayerKind::layer_norm;
  return {{9, 8}, block, block, norm, {8, 19}};
}

template <class T>
Buffer uploaded(Device& device, const std::vector<T>& values) {
  Buffer buffer = device.backend->allocate(values.size() * sizeof(T), "golden values");
  device.backend->upload(*device.queue, values.data(), values.size() * sizeof(T), buffer.data());
  device.queue->synchronise();
  return buffer;
}

// Calls `body(name, first float, floats)` for each tensor of an arena.
template <class Body>
void for_each_tensor(const nn::Network& network, Body body) {
  for (std::size_t l = 0; l < network.layers().size(); ++l) {
    const auto specs = nn::tensors_of(network.layers()[l]);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      body(std::to_string(l) + "." + specs[i].name,
           network.arena().offset(network.tensor_index(l, i)), specs[i].size());
    }
  }
}

void check_section(Device& device, const nn::Network& network, VectorView<const float> section,
                   const json& want) {
  std::vector<float> got(static_cast<std::size_t>(section.size));
  device.backend->download(*device.queue, section.data, got.size() * sizeof(float), got.data());
  device.queue->synchronise();
  for_each_tensor(network, [&](const std::string& name, std::int64_t at, std::int64_t n) {
    const std::vector<float> own(got.begin() + at, got.begin() + at + n);
    require_close(name, own, want.at(name).get<std::vector<float>>(), tolerance);
  });
}

}  // namespace

TEST_CASE("ten steps of a network over cells match PyTorch in double", "[device][golden]") {
  std::ifstream file(source_dir() + "/tests/golden/masked_ten_steps.json");
  const json golden = json::parse(file);
  on_every_device([&](Device& device) {
    Backend& backend = *device.backend;
    Queue& queue = *device.queue;
    nn::Network network(backend, layers(), 0.0F, {.training = true, .average = true}, "network");
    for_each_tensor(network, [&](const std::string& name, std::int64_t at, std::int64_t n) {
      const auto values = golden["init"].at(name).get<std::vector<float>>();
      REQUIRE(static_cast<std::int64_t>(values.size()) == n);
      backend.upload(queue, values.data(), values.size() * sizeof(float),
                     network.arena().weights().data + at);
    });
    network.weights_changed(queue, true);
    StepState start{};
    start.generator.learning_rate = 5e-3;
    const DeviceState state(device, start);

    const auto x = golden["x"].get<std::vector<float>>();
    const Buffer cells = uploaded(device, golden["cells"].get<std::vector<std::int32_t>>());
    const Buffer observed = uploaded(device, golden["observed"].get<std::vector<std::uint8_t>>());
    std::vector<float> bell, inverse_sums(19, 1.0F);
    for (int d = 0; d < 12; ++d) bell.push_back(std::exp(-0.5F * static_cast<float>(d * d)));
    for (int t = 0; t < 12; ++t) {
      double sum = 0.0;
      for (int u = 0; u < 12; ++u) sum += std::exp(-0.5 * (u - t) * (u - t));
      inverse_sums[static_cast<std::size_t>(3 + t)] = static_cast<float>(1.0 / sum);
    }
    const Buffer bells = uploaded(device, bell);
    const Buffer sums = uploaded(device, inverse_sums);
    const Buffer heads =
        uploaded(device, std::vector<math::CellHead>{{0, 3, 0}, {3, 12, 12}, {15, 4, 0}});
    const Buffer scale = device.backend->allocate(sizeof(float), "scale");
    const nn::TapeStorage storage(backend, layers(), rows, {}, "tape");
    AdamOptions options;
    options.beta1 = 0.9;
    options.beta2 = 0.99;
    options.average_decay = 0.995F;
    options.weight_decay = 0.01;
    options.network = &StepState::generator;
    options.gradient_scale = scale.as<float>();
    optim::Adam adam(backend, options);
    DeviceMatrix inputs(device, rows, 9);
    for (std::int64_t t = 0; t < steps; ++t) {
      inputs.set({x.begin() + t * rows * 9, x.begin() + (t + 1) * rows * 9});
      nn::Tape tape = storage.tape();
      tape.dropout = {3, Purpose::dropout, 0, StepCounter::of(state.get())};
      network.forward(queue, inputs.ref(), tape);
      CellLossTask loss;
      loss.logits = tape.outputs.back().as<float>();
      loss.cells = {cells.as<std::int32_t>() + t * rows * columns, rows, columns, columns};
      loss.observed = {observed.as<std::uint8_t>() + t * rows * columns, rows, columns, columns};
      loss.heads = {heads.as<math::CellHead>(), columns};
      loss.bell = bells.as<float>();
      loss.inverse_sums = sums.as<float>();
      loss.gradient = tape.deltas.back().as<float>();
      loss.loss = &state.get()->current[MaskedValue::cross_entropy];
      backend.run(queue, loss);
      network.backward(queue, inputs.ref(), tape, {});
      backend.run(queue, GradientNormTask{network.arena().gradients(), 1.0F, scale.as<float>(),
                                          &state.get()->current[MaskedValue::gradient_norm]});
      adam.step(queue, network, state.get());
      backend.advance(queue, state.get());
    }
    queue.synchronise();
    const StepState after = state.read();
    std::vector<float> losses, norms;
    for (std::size_t t = 0; t < steps; ++t) {
      losses.push_back(after.records[t][MaskedValue::cross_entropy]);
      norms.push_back(after.records[t][MaskedValue::gradient_norm]);
    }
    require_close("losses", losses, golden["losses"].get<std::vector<float>>(), tolerance);
    require_close("norms", norms, golden["norms"].get<std::vector<float>>(), tolerance);
    check_section(device, network, network.arena().weights(), golden["final"]);
    check_section(device, network, network.arena().average(), golden["average"]);
  });
}
