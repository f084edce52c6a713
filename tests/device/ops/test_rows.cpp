// Dot products of rows and numbers that rows are multiplied by, against plain loops in double on
// every backend.
#include <cmath>

#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

struct Shape {
  std::int64_t rows, cols;
};
// Around vector widths, warps, blocks of eight rows and pieces of 256 columns.
constexpr Shape shapes[] = {{0, 5},  {3, 0},   {1, 1},    {8, 31}, {9, 32},
                            {7, 33}, {3, 257}, {2, 1025}, {70, 40}};

}  // namespace

TEST_CASE("add_row_dots adds each row's dot product", "[kernels][rows]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const ElementType type : float_types) {
        INFO(shape.rows << " x " << shape.cols);
        const auto a = random_values(shape.rows * shape.cols, 51, type);
        const auto b = random_values(shape.rows * shape.cols, 52, type);
        auto want = random_values(shape.rows, 53);
        const DeviceMatrix left(device, shape.rows, shape.cols, a, type);
        const DeviceMatrix right(device, shape.rows, shape.cols, b, type);
        const DeviceMatrix y(device, shape.rows, 1, want);
        device.backend->run(*device.queue, RowDotsTask{left.ref(), right.ref(), y.view()});
        for (std::size_t k = 0; k < a.size(); ++k) {
          want[k / static_cast<std::size_t>(shape.cols)] += a[k] * b[k];
        }
        // Up to 1,025 products of up to 1 in f32, 33 to a lane.
        require_close("y", y.get(), want, {4e-6, 1e-6});
      }
    }
  });
}

TEST_CASE("scale_rows multiplies each row by its number and the derivative", "[kernels][rows]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const ElementType type : float_types) {
        for (const ElementType out_type : float_types) {
          for (const bool accumulate : {false, true}) {
            for (const Activation activation : {Activation::identity, Activation::leaky_relu,
                                                Activation::tanh, Activation::sigmoid}) {
              const std::int64_t numbers = shape.rows * shape.cols;
              const ElementType at_type = accumulate ? type : out_type;
              const auto a = random_values(numbers, 54, type);
              const auto s = random_values(shape.rows, 55, out_type);
              const auto at = random_values(numbers, 56, at_type);
              const auto before = random_values(numbers, 57, out_type);
              const DeviceMatrix in(device, shape.rows, shape.cols, a, type);
              const DeviceMatrix numbers_of(device, shape.rows, 1, s, out_type);
              const DeviceMatrix mask(device, shape.rows, shape.cols, at, at_type);
              const DeviceMatrix out(device, shape.rows, shape.cols, before, out_type);
              device.backend->run(*device.queue,
                                  ScaleRowsTask{in.ref(), numbers_of.ref(), mask.ref(), out.ref(),
                                                activation, 0.3F, accumulate});
              std::vector<double> want;
              for (std::size_t k = 0; k < a.size(); ++k) {
                const double slope = reference::derivative_from_output(activation, at[k], 0.3F);
                want.push_back((accumulate ? before[k] : 0.0) +
                               s[k / static_cast<std::size_t>(shape.cols)] * a[k] * slope);
              }
              require_close("out", out.get(), want, {2e-7, 1e-6 + rounding_of(out_type)});
            }
          }
        }
      }
    }
  });
}

TEST_CASE("scale_rows without outputs to mask by scales alone", "[kernels][rows]") {
  on_every_device([](Device& device) {
    const auto a = random_values(99, 58);
    const DeviceMatrix in(device, 3, 33, a);
    const DeviceMatrix s(device, 3, 1, {2.0, -0.5, 0.0});
    const DeviceMatrix out(device, 3, 33, std::vector<double>(99, std::nan("")));
    device.backend->run(*device.queue,
                        ScaleRowsTask{in.ref(), s.ref(), {}, out.ref(), Activation::leaky_relu});
    std::vector<double> want(a);
    for (std::size_t k = 0; k < 99; ++k) want[k] *= k < 33 ? 2.0 : k < 66 ? -0.5 : 0.0;
    require_close("out", out.get(), want, {0.0, 0.0});
  });
}

TEST_CASE("operations on rows do not depend on the number of threads", "[kernels][rows]") {
  require_same_for_any_threads([](Device& device) {
    const DeviceMatrix a(device, 67, 1025, random_values(67 * 1025, 59));
    const DeviceMatrix y(device, 67, 1);
    device.backend->run(*device.queue, RowDotsTask{a.ref(), a.ref(), y.view()});
    device.backend->run(*device.queue, ScaleRowsTask{a.ref(), y.ref(), {}, a.ref()});
    auto all = a.get();
    const auto dots = y.get();
    all.insert(all.end(), dots.begin(), dots.end());
    return all;
  });
}

TEST_CASE("operations on rows refuse operands that do not fit", "[kernels][rows]") {
  on_every_device([](Device& device) {
    Backend& backend = *device.backend;
    Queue& queue = *device.queue;
    const DeviceMatrix a(device, 6, 5), y(device, 6, 1), half(device, 6, 5, ElementType::bf16);
    CHECK_THROWS_WITH(backend.run(queue, RowDotsTask{a.ref(), half.ref(), y.view()}),
                      ContainsSubstring("a and b of two types"));
    CHECK_THROWS_WITH(backend.run(queue, RowDotsTask{a.ref(), a.ref(), a.view()}),
                      ContainsSubstring("y [6, 5]"));
    CHECK_THROWS_WITH(backend.run(queue, ScaleRowsTask{a.ref(), a.ref(), {}, a.ref()}),
                      ContainsSubstring("s [6, 5]"));
    CHECK_THROWS_WITH(backend.run(queue, ScaleRowsTask{a.ref(), y.ref(), y.ref(), a.ref()}),
                      ContainsSubstring("at [6, 1]"));
  });
}
