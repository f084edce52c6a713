// A projection's embedding under spectral normalisation, in both types that networks compute in.
#include "engine/nn/network.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr std::int64_t rows = 6, features = 40, classes = 5;

std::vector<nn::LayerSpec> projection() {
  nn::LayerSpec hidden, last;
  hidden.inputs = 33;
  hidden.outputs = features;
  hidden.activation = Activation::leaky_relu;
  hidden.spectral = true;
  last.inputs = features;
  last.outputs = 1;
  last.spectral = true;
  last.conditions = classes;
  return {hidden, last};
}

Buffer uploaded(Device& device, const std::vector<float>& values, MatrixRef to) {
  Buffer memory = device.backend->allocate(values.size() * sizeof(float), "values");
  device.backend->upload(*device.queue, values.data(), values.size() * sizeof(float),
                         memory.data());
  device.backend->convert(*device.queue,
                          {memory.data(), ElementType::f32, to.rows, to.cols, to.cols}, to);
  device.queue->synchronise();
  return memory;
}

/// Logits of the network whose embedding is multiplied by a factor.
class Logits {
 public:
  Logits(Device& device, ElementType type)
      : device_(device),
        network_(*device.backend, projection(), 0.2F,
                 {.training = false, .average = false, .shadow = type == ElementType::bf16}, "D"),
        storage_(*device.backend, projection(), rows, {type, ElementType::f32}, "a tape") {
    network_.initialise(*device.queue, 3, 0);
    x_ = matrix(33, type, 7);
    conditions_ = matrix(classes, type, 8);
  }

  std::vector<float> with_embedding_times(float factor) {
    const VectorView<float> e = network_.tensor(1, "embedding");
    std::vector<float> values(static_cast<std::size_t>(e.size));
    const std::size_t bytes = values.size() * sizeof(float);
    device_.backend->download(*device_.queue, e.data, bytes, values.data());
    device_.queue->synchronise();
    for (float& value : values) value *= factor;
    device_.backend->upload(*device_.queue, values.data(), bytes, e.data);
    network_.weights_changed(*device_.queue, false);
    nn::Tape tape = storage_.tape();
    tape.conditions = conditions_;
    network_.forward(*device_.queue, x_, tape);
    const MatrixRef y = tape.outputs.back();
    std::vector<float> all(static_cast<std::size_t>(y.rows * y.stride));
    device_.backend->download(*device_.queue, y.data, all.size() * sizeof(float), all.data());
    device_.queue->synchronise();
    std::vector<float> logits;
    for (std::int64_t i = 0; i < y.rows; ++i) {
      logits.push_back(all[static_cast<std::size_t>(i * y.stride)]);
    }
    return logits;
  }

 private:
  MatrixRef matrix(std::int64_t cols, ElementType type, unsigned seed) {
    const auto numbers = random_values(rows * cols, seed);
    memory_.push_back(device_.backend->allocate(
        static_cast<std::size_t>(rows * cols) * element_size(type), "a matrix"));
    const MatrixRef made{memory_.back().data(), type, rows, cols, cols};
    memory_.push_back(uploaded(device_, {numbers.begin(), numbers.end()}, made));
    return made;
  }

  Device& device_;
  nn::Network network_;
  nn::TapeStorage storage_;
  std::vector<Buffer> memory_;
  MatrixRef x_, conditions_;
};

}  // namespace

TEST_CASE("spectral norm takes the scale of an embedding away", "[engine][spectral]") {
  on_every_device([](Device& device) {
    for (const ElementType type : float_types) {
      INFO((type == ElementType::bf16 ? "bf16" : "f32"));
      Logits logits(device, type);
      // Powers of two: nothing is rounded otherwise.
      const auto plain = logits.with_embedding_times(1.0F);
      CHECK(logits.with_embedding_times(64.0F) == plain);
      CHECK(logits.with_embedding_times(0x1p-9F) == plain);
      CHECK(logits.with_embedding_times(-1.0F) == plain);  // sigma turns round as well
      CHECK(logits.with_embedding_times(0.0F) != plain);
    }
  });
}
