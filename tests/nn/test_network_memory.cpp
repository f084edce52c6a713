// What networks, tapes and trainers take: the memory that they plan, and one pass in two ways.
#include <algorithm>
#include <cstring>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "engine/models/architecture.hpp"
#include "engine/nn/layout.hpp"
#include "engine/nn/network.hpp"
#include "engine/train/objective_options.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/model_runs.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr std::int64_t rows = 4;

/// D's networks with every stabiliser, dense and convolutional, as `model_runs` has them.
std::vector<std::pair<std::string, std::vector<nn::LayerSpec>>> networks() {
  std::vector<std::pair<std::string, std::vector<nn::LayerSpec>>> all;
  for (ModelRun run : model_runs()) {
    if (run.config.model != ModelKind::gan) continue;
    const TrialShape trial = run.trials.shape;
    run.config.minibatch_stddev = 2;
    run.config.spectral_norm = true;
    const std::int64_t conditions = run.config.conditional ? 3 : 0;
    all.emplace_back(run.name + ", D", discriminator_layers(run.config, trial, conditions));
    all.emplace_back(run.name + ", G", generator_layers(run.config, trial, conditions));
  }
  return all;
}

std::vector<MatrixRef> matrices_of(const nn::Tape& tape) {
  std::vector<MatrixRef> all;
  for (const auto* list : {&tape.outputs, &tape.deltas, &tape.raws, &tape.statistics}) {
    for (const MatrixRef& matrix : *list) {
      if (!matrix.empty()) all.push_back(matrix);
    }
  }
  if (!tape.embedded.empty()) all.push_back(tape.embedded);
  return all;
}

}  // namespace

TEST_CASE("a tape takes the bytes that it plans, no two matrices the same", "[engine][memory]") {
  Device device = open_device("cpu");
  for (const auto& [name, layers] : networks()) {
    for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
      for (const bool deltas : {false, true}) {
        for (const bool inference : {false, true}) {
          INFO(name << (deltas ? ", deltas" : "") << (inference ? ", inference" : ""));
          const nn::TapeOptions options{type, ElementType::f32, deltas, inference};
          const nn::TapeStorage storage(*device.backend, layers, 7, options, "a tape");
          std::vector<MatrixRef> all = matrices_of(storage.tape());
          std::sort(all.begin(), all.end(),
                    [](const MatrixRef& a, const MatrixRef& b) { return a.data < b.data; });
          const auto* start = static_cast<const std::byte*>(all.front().data);
          std::size_t planned = 0;
          for (const MatrixRef& matrix : all) {
            CHECK(static_cast<const std::byte*>(matrix.data) == start + planned);
            const auto numbers = static_cast<std::size_t>(matrix.rows * matrix.stride);
            planned += (numbers * element_size(matrix.type) + 63) / 64 * 64;
          }
          CHECK(planned == nn::TapeStorage::bytes(layers, 7, options));
        }
      }
    }
  }
}

TEST_CASE("an exact pass in f32 is the pass", "[engine][memory]") {
  for (const std::string& device_name : usable_devices()) {
    Device device = open_device(device_name);
    for (const auto& [name, layers] : networks()) {
      INFO(device_name << ", " << name);
      nn::Network network(*device.backend, layers, 0.2F, {}, "a network");
      network.initialise(*device.queue, 3, 0);
      const std::int64_t inputs = layers.front().inputs;
      const auto values = random_values(rows * inputs, 5);
      const std::vector<float> x(values.begin(), values.end());
      const Buffer x_memory = device.backend->allocate(x.size() * sizeof(float), "x");
      device.backend->upload(*device.queue, x.data(), x.size() * sizeof(float), x_memory.data());
      const MatrixRef x_ref{x_memory.data(), ElementType::f32, rows, inputs, inputs};
      const Buffer c_memory = device.backend->allocate(rows * 3 * sizeof(float), "conditions");
      const MatrixRef c_ref{c_memory.data(), ElementType::f32, rows, 3, 3};
      device.backend->fill(*device.queue, 0.5F, c_ref);
      const auto output_of = [&](bool exact) {
        const nn::TapeStorage storage(*device.backend, layers, rows, {}, "a tape");
        nn::Tape tape = storage.tape();
        tape.conditions = c_ref;
        exact ? network.forward_exact(*device.queue, x_ref, tape)
              : network.forward(*device.queue, x_ref, tape);
        const MatrixRef y = tape.outputs.back();
        std::vector<float> all(static_cast<std::size_t>(y.rows * y.stride));
        device.backend->download(*device.queue, y.data, all.size() * sizeof(float), all.data());
        device.queue->synchronise();
        std::vector<float> own;
        for (std::int64_t i = 0; i < y.rows; ++i) {
          own.insert(own.end(), all.begin() + i * y.stride, all.begin() + i * y.stride + y.cols);
        }
        return own;
      };
      const auto plain = output_of(false);
      CHECK(output_of(true) == plain);
      CHECK(std::any_of(plain.begin(), plain.end(), [](float y) { return y != 0.0F; }));
    }
  }
}

TEST_CASE("a network takes the bytes that it plans", "[engine][memory]") {
  Device device = open_device("cpu");
  for (const auto& [name, layers] : networks()) {
    INFO(name);
    const nn::Network network(*device.backend, layers, 0.2F, {true, true, false}, "a network");
    const auto floats = static_cast<std::size_t>(network.arena().size());
    const bool spectral = layers.front().spectral;
    // Weights, gradients, two moments and the average; normalised weights, a sigma a layer
    // and one of an embedding.
    const std::size_t taken =
        (5 * floats + (spectral ? floats + layers.size() + 1 : 0)) * sizeof(float);
    CHECK(nn::Network::bytes(*device.backend, layers, {true, true, false}) == taken);
  }
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {

struct Measured {
  double planned = 0.0, taken = 0.0;  ///< bytes
};

// Measures a trainer after its first epoch and samples. What stays in caches for good is there
// before.
Measured memory_of(const ModelRun& run) {
  const auto now = [] {
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
  };
  const auto use = [&](Trainer& trainer) {
    (void)trainer.train_epoch();
    (void)trainer.sample(1, 1);
  };
  {
    Trainer first(run.config, run.trials);
    use(first);
  }
  const double before = now();
  Trainer trainer(run.config, run.trials);
  use(trainer);
  return {static_cast<double>(trainer.memory_plan().total), now() - before};
}

}  // namespace

TEST_CASE("a trainer's memory grows as it plans, with data and batch", "[engine][memory][long]") {
  for (const ModelRun& of : model_runs()) {
    // A hundred classes, so that their rows count beside the trials.
    const auto with = [&](std::int64_t count, std::int64_t batch) {
      ModelRun run = of;
      run.trials =
          slopes(of.trials.shape.height, of.trials.shape.width, of.trials.shape.channels, count);
      for (std::size_t i = 0; i < run.trials.labels.size(); ++i) {
        run.trials.labels[i] = static_cast<std::int32_t>(i % 100);
      }
      run.config.batch = batch;
      return memory_of(run);
    };
    const Measured small = with(8192, 2048);
    const auto check = [&](const Measured& more, int buffers) {
      const double planned = more.planned - small.planned;
      INFO(of.name << ": plans " << planned << " more, takes " << more.taken - small.taken);
      CHECK(planned > 1e6);
      // Large buffers are of whole pages of 2 MiB.
      CHECK(more.taken - small.taken == Approx(planned).epsilon(0.03).margin(buffers * 0x1p21));
    };
    check(with(131072, 2048), 2);  // trials and conditions
    check(with(16384, 16384), 5);  // inputs, two tapes, two of penalties
  }
}
#endif
