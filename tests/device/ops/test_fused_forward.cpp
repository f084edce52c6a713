// Two dense layers, each in one kernel where the device has one, against plain loops in double. The
// second may start before the first has ended: it has its weights early and its input in time.
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/tf32.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr float slope = 0.2F;

struct Case {
  std::int64_t rows, inputs, hidden, outputs;
};
// Extents of one, around a tile, and of the main job's first layers.
constexpr Case cases[] = {{1, 1, 1, 1},      {5, 7, 9, 3},       {32, 16, 32, 64},
                          {33, 31, 65, 129}, {100, 257, 70, 31}, {128, 100, 256, 512}};

/// How the operands are multiplied.
struct Kind {
  const char* name;
  ElementType type;
  bool tf32;

  /// The operand as it is multiplied.
  std::vector<double> operand(std::vector<double> values) const {
    for (double& value : values) value = tf32 ? nearest_tf32(value) : value;
    return values;
  }
};
constexpr Kind kinds[] = {{"bf16", ElementType::bf16, false},
                          {"tf32", ElementType::f32, true},
                          {"fp32", ElementType::f32, false}};

/// activation(x w + b)
std::vector<double> layer(const Kind& kind, const std::vector<double>& x,
                          const std::vector<double>& w, const std::vector<double>& b,
                          std::int64_t rows, Activation activation) {
  const auto outputs = static_cast<std::int64_t>(b.size());
  const auto inputs = static_cast<std::int64_t>(w.size()) / outputs;
  auto y = reference::product(kind.operand(x), kind.operand(w), rows, inputs, outputs, b);
  for (double& value : y) value = reference::activate(activation, value, slope);
  return y;
}

/// A sum of k products of numbers up to 1, of either sign, rounded as it is stored.
Tolerance tolerance(std::int64_t k, ElementType stored) {
  return {0x1p-24 * (static_cast<double>(k) + 8.0), stored == ElementType::bf16 ? 0x1p-8 : 2e-6};
}

void check(Device& device, const Kind& kind, const Case& c) {
  const auto x = random_values(c.rows * c.inputs, 1, kind.type);
  const auto w1 = random_values(c.inputs * c.hidden, 2, kind.type);
  const auto b1 = random_values(c.hidden, 3);
  const auto w2 = random_values(c.hidden * c.outputs, 4, kind.type);
  const auto b2 = random_values(c.outputs, 5);
  const DeviceMatrix dx(device, c.rows, c.inputs, x, kind.type);
  const DeviceMatrix dw1(device, c.inputs, c.hidden, w1, kind.type), db1(device, 1, c.hidden, b1);
  const DeviceMatrix dw2(device, c.hidden, c.outputs, w2, kind.type), db2(device, 1, c.outputs, b2);
  DeviceMatrix h(device, c.rows, c.hidden, kind.type), y(device, c.rows, c.outputs);
  const ForwardOptions first{Activation::tanh, slope, kind.tf32, true};
  const ForwardOptions second{Activation::leaky_relu, slope, kind.tf32, true};
  device.backend->dense_forward(*device.queue, dx.ref(), dw1.ref(), db1.vector(), h.ref(), first);
  device.backend->dense_forward(*device.queue, h.ref(), dw2.ref(), db2.vector(), y.ref(), second);

  const auto hidden = h.get();
  require_close("first layer", hidden, layer(kind, x, w1, b1, c.rows, Activation::tanh),
                tolerance(c.inputs, kind.type));
  require_close("second layer", y.get(),
                layer(kind, hidden, w2, b2, c.rows, Activation::leaky_relu),
                tolerance(c.hidden, ElementType::f32));
}

}  // namespace

TEST_CASE("dense_forward in one kernel, after another one", "[kernels][fused]") {
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    for (const Kind& kind : kinds) {
      if (kind.tf32 && !device.backend->info().tf32) continue;
      for (const Case& c : cases) {
        INFO(name << " " << kind.name << ", rows " << c.rows << ", " << c.inputs << "-" << c.hidden
                  << "-" << c.outputs);
        check(device, kind, c);
      }
    }
  }
}
