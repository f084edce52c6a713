// Products of f32 operands that the CPU rounds to bf16, against plain loops in double over rounded
// numbers.
#include "engine/device/composed.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using reference::Values;

namespace {

struct Shape {
  std::int64_t rows, inputs, outputs;
};
// Extents of one, and around and past the slices that products are cut into.
constexpr Shape shapes[] = {{1, 1, 1}, {5, 7, 9}, {128, 118, 256}, {129, 257, 70}, {300, 64, 300}};

Values rounded(Values values) {
  for (double& value : values) {
    value = static_cast<double>(math::to_float(math::to_bfloat16(static_cast<float>(value))));
  }
  return values;
}

/// A sum in f32 of `count` products of numbers up to 1, of either sign; the operands' rounding is
/// part of what is wanted.
Tolerance tolerance(std::int64_t count) {
  return {0x1p-24 * (static_cast<double>(count) + 8.0), 2e-6};
}

}  // namespace

TEST_CASE("dense products round f32 operands to bf16 where they are asked to", "[kernels][dense]") {
  for (const int threads : {1, 2}) {
    Device device = open_device("cpu", threads);
    Backend& backend = *device.backend;
    Queue& queue = *device.queue;
    for (const Shape& s : shapes) {
      INFO(threads << " threads, " << s.rows << " rows, " << s.inputs << " to " << s.outputs);
      const Values x = random_values(s.rows * s.inputs, 1);
      const Values w = random_values(s.inputs * s.outputs, 2), b = random_values(s.outputs, 3);
      const Values dy = random_values(s.rows * s.outputs, 4);
      const DeviceMatrix dx(device, s.rows, s.inputs), dw(device, s.inputs, s.outputs);
      const DeviceMatrix mx(device, s.rows, s.inputs, x), mw(device, s.inputs, s.outputs, w);
      const DeviceMatrix mb(device, 1, s.outputs, b), mdy(device, s.rows, s.outputs, dy);
      const DeviceMatrix y(device, s.rows, s.outputs), db(device, 1, s.outputs);
      backend.dense_forward(queue, mx.ref(), mw.ref(), mb.vector(), y.ref(), {.bf16 = true});
      backend.dense_backward_input(queue, mdy.ref(), mw.ref(), {}, dx.ref(), {.bf16 = true});
      backend.dense_backward_weights(queue, mx.ref(), mdy.ref(), dw.view(), db.vector(),
                                     {.bf16 = true});
      const Values rx = rounded(x), rw = rounded(w), rdy = rounded(dy);
      require_close("y", y.get(), reference::product(rx, rw, s.rows, s.inputs, s.outputs, b),
                    tolerance(s.inputs));
      require_close("dx", dx.get(),
                    reference::product(rdy, reference::transpose(rw, s.inputs, s.outputs), s.rows,
                                       s.outputs, s.inputs),
                    tolerance(s.outputs));
      require_close("dw", dw.get(),
                    reference::product(reference::transpose(rx, s.rows, s.inputs), rdy, s.inputs,
                                       s.rows, s.outputs),
                    tolerance(s.rows));
      // Biases are added up as they are.
      require_close("db", db.get(), reference::column_sums(dy, s.rows, s.outputs),
                    tolerance(s.rows));
    }
  }
}

TEST_CASE("a block's products round like plain ones", "[kernels][dense][silu]") {
  constexpr std::int64_t rows = 130, inputs = 48, hidden = 96;
  Device device = open_device("cpu", 2);
  const DeviceMatrix x(device, rows, inputs, random_values(rows * inputs, 1));
  const DeviceMatrix w(device, inputs, hidden, random_values(inputs * hidden, 2));
  const DeviceMatrix b(device, 1, hidden, random_values(hidden, 3));
  const DeviceMatrix dy(device, rows, inputs, random_values(rows * inputs, 4));
  const auto run = [&](bool fused) {
    const DeviceMatrix h(device, rows, hidden), y(device, rows, hidden), d(device, rows, hidden);
    SiluTask silu;
    silu.x = h.view();
    silu.y = y.view();
    silu.differentiates = true;
    const MultiplyTask factors{h.view(), d.view()};
    const ProductOptions how{.bf16 = true};
    const DeviceMatrix back(device, hidden, inputs, random_values(hidden * inputs, 5));
    if (fused) {
      device.backend->dense_silu(*device.queue, x.ref(), w.ref(), b.vector(), silu, how);
      device.backend->dense_backward_silu(*device.queue, dy.ref(), back.ref(), factors, how);
    } else {
      composed_dense_silu(*device.backend, *device.queue, x.ref(), w.ref(), b.vector(), silu, how);
      composed_dense_backward_silu(*device.backend, *device.queue, dy.ref(), back.ref(), factors,
                                   how);
    }
    Values all = y.get();
    for (const double value : d.get()) all.push_back(value);
    return all;
  };
  CHECK(run(true) == run(false));
}
