// Dense operations against plain loops in double, on every backend, at sizes around vector widths.
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

struct Case {
  std::int64_t rows, inputs, outputs;
};

// Each extent takes each edge: nothing, one, below, at and above a vector, past a tile.
const std::vector<Case> cases{{0, 32, 33},    {1, 1, 1},      {31, 33, 1},    {32, 31, 32},
                              {33, 1, 31},    {1025, 32, 33}, {33, 1025, 31}, {31, 33, 1025},
                              {129, 65, 127}, {300, 100, 257}};
const std::vector<Activation> activations{Activation::identity, Activation::leaky_relu,
                                          Activation::tanh, Activation::sigmoid};
constexpr float slope = 0.2F;

// A sum of k products of numbers up to 1 has an error of at most about k * k/2 * 2^-24 if every
// partial sum were as large as it can be, and of some k * 2^-24 for numbers of either sign; in bf16
// the result itself is rounded to 8 bits.
Tolerance product_tolerance(ElementType type, std::int64_t k) {
  const double sum = 0x1p-24 * (static_cast<double>(k) + 8.0);
  if (type == ElementType::f32) return {sum, 2e-6};
  return {sum, 1.0 / 256.0};
}

template <class Body>
void for_each_case(Body body) {
  on_every_device([&](Device& device) {
    for (const ElementType type : float_types) {
      for (const Case& c : cases) {
        INFO((type == ElementType::bf16 ? "bf16" : "f32")
             << ", rows " << c.rows << ", inputs " << c.inputs << ", outputs " << c.outputs);
        body(device, type, c);
      }
    }
  });
}

}  // namespace

TEST_CASE("dense_forward is activation(x w + b)", "[kernels][dense]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto x = random_values(c.rows * c.inputs, 1, type);
    const auto w = random_values(c.inputs * c.outputs, 2, type);
    const auto b = random_values(c.outputs, 3);
    const DeviceMatrix dx(device, c.rows, c.inputs, x, type);
    const DeviceMatrix dw(device, c.inputs, c.outputs, w, type);
    const DeviceMatrix db(device, 1, c.outputs, b);
    for (const bool with_bias : {true, false}) {
      const auto sums = reference::product(x, w, c.rows, c.inputs, c.outputs,
                                           with_bias ? b : std::vector<double>{});
      for (const Activation activation : activations) {
        for (const ElementType out : {type, ElementType::f32}) {
          DeviceMatrix y(device, c.rows, c.outputs, out);
          device.backend->dense_forward(*device.queue, dx.ref(), dw.ref(),
                                        with_bias ? db.vector() : VectorView<float>{}, y.ref(),
                                        {activation, slope});
          std::vector<double> want;
          for (const double sum : sums) want.push_back(reference::activate(activation, sum, slope));
          require_close("y", y.get(), want, product_tolerance(out, c.inputs));
        }
      }
    }
  });
}

TEST_CASE("dense_tangent is (x w) times the derivative at an output", "[kernels][dense]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto x = random_values(c.rows * c.inputs, 4, type);
    const auto w = random_values(c.inputs * c.outputs, 5, type);
    const auto at = random_values(c.rows * c.outputs, 6, type);
    const DeviceMatrix dx(device, c.rows, c.inputs, x, type);
    const DeviceMatrix dw(device, c.inputs, c.outputs, w, type);
    const DeviceMatrix dat(device, c.rows, c.outputs, at, type);
    for (const Activation activation : activations) {
      DeviceMatrix y(device, c.rows, c.outputs);
      device.backend->dense_tangent(*device.queue, dx.ref(), dw.ref(), dat.ref(), y.ref(),
                                    {activation, slope});
      auto want = reference::product(x, w, c.rows, c.inputs, c.outputs);
      for (std::size_t i = 0; i < want.size(); ++i) {
        want[i] *= reference::derivative_from_output(activation, at[i], slope);
      }
      require_close("y", y.get(), want, product_tolerance(ElementType::f32, c.inputs));
    }
  });
}

TEST_CASE("dense_backward_input is (dy w^T) times the derivative below", "[kernels][dense]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto dy = random_values(c.rows * c.outputs, 7, type);
    const auto w = random_values(c.inputs * c.outputs, 8, type);
    const auto at = random_values(c.rows * c.inputs, 9, type);
    const DeviceMatrix ddy(device, c.rows, c.outputs, dy, type);
    const DeviceMatrix dw(device, c.inputs, c.outputs, w, type);
    const DeviceMatrix dat(device, c.rows, c.inputs, at, type);
    const auto wt = reference::transpose(w, c.inputs, c.outputs);
    for (const Activation activation : activations) {
      DeviceMatrix dx(device, c.rows, c.inputs, type);
      device.backend->dense_backward_input(*device.queue, ddy.ref(), dw.ref(), dat.ref(), dx.ref(),
                                           {activation, slope});
      auto want = reference::product(dy, wt, c.rows, c.outputs, c.inputs);
      for (std::size_t i = 0; i < want.size(); ++i) {
        want[i] *= reference::derivative_from_output(activation, at[i], slope);
      }
      require_close("dx", dx.get(), want, product_tolerance(type, c.outputs));
    }
  });
}

TEST_CASE("dense_backward_weights is x^T dy and the column sums of dy", "[kernels][dense]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto x = random_values(c.rows * c.inputs, 10, type);
    const auto dy = random_values(c.rows * c.outputs, 11, type);
    const DeviceMatrix dx(device, c.rows, c.inputs, x, type);
    const DeviceMatrix ddy(device, c.rows, c.outputs, dy, type);
    const auto xt = reference::transpose(x, c.rows, c.inputs);
    auto want = reference::product(xt, dy, c.inputs, c.rows, c.outputs);
    auto want_bias = reference::column_sums(dy, c.rows, c.outputs);
    DeviceMatrix dw(device, c.inputs, c.outputs,
                    std::vector<double>(static_cast<std::size_t>(c.inputs * c.outputs), 7.0));
    DeviceMatrix db(device, 1, c.outputs,
                    std::vector<double>(static_cast<std::size_t>(c.outputs), 7.0));
    const auto tolerance = product_tolerance(ElementType::f32, c.rows);
    device.backend->dense_backward_weights(*device.queue, dx.ref(), ddy.ref(), dw.view(),
                                           db.vector(), {});
    require_close("dw", dw.get(), want, tolerance);
    require_close("db", db.get(), want_bias, tolerance);
    device.backend->dense_backward_weights(*device.queue, dx.ref(), ddy.ref(), dw.view(),
                                           db.vector(),
                                           {.accumulate = true, .accumulate_bias = true});
    for (double& value : want) value *= 2.0;
    for (double& value : want_bias) value *= 2.0;
    require_close("dw twice", dw.get(), want, {2 * tolerance.absolute, tolerance.relative});
    require_close("db twice", db.get(), want_bias, {2 * tolerance.absolute, tolerance.relative});
  });
}

TEST_CASE("dense results do not depend on the number of threads", "[kernels][dense]") {
  const Case c{300, 200, 257};
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 2, 5}) {
      Device device = open_device("cpu", threads);
      const DeviceMatrix x(device, c.rows, c.inputs, random_values(c.rows * c.inputs, 1, type),
                           type);
      const DeviceMatrix w(device, c.inputs, c.outputs,
                           random_values(c.inputs * c.outputs, 2, type), type);
      DeviceMatrix y(device, c.rows, c.outputs, type);
      DeviceMatrix dw(device, c.inputs, c.outputs);
      device.backend->dense_forward(*device.queue, x.ref(), w.ref(), {}, y.ref(),
                                    {Activation::leaky_relu, slope});
      device.backend->dense_backward_weights(*device.queue, x.ref(), y.ref(), dw.view(), {}, {});
      auto all = y.get();
      const auto more = dw.get();
      all.insert(all.end(), more.begin(), more.end());
      results.push_back(all);
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
  }
}

TEST_CASE("a shape that does not fit is refused before any work", "[kernels][dense]") {
  Device device = open_device("cpu");
  const DeviceMatrix x(device, 4, 5);
  const DeviceMatrix w(device, 6, 3);
  DeviceMatrix y(device, 4, 3);
  CHECK_THROWS_WITH(device.backend->dense_forward(*device.queue, x.ref(), w.ref(), {}, y.ref(), {}),
                    ContainsSubstring("dense_forward") && ContainsSubstring("[6, 3]") &&
                        ContainsSubstring("[5, 3]"));
}

// Rows that are drawn by one network must not depend on which rows are beside them
// (engine/sample/cell_sampler.hpp).
TEST_CASE("a row of an f32 product on the CPU is the same wherever in whole slices it lies",
          "[kernels][dense]") {
  constexpr std::int64_t rows = 512;
  Device device = open_device("cpu", 1);
  for (const std::int64_t inputs : {32, 118, 128, 256}) {
    for (const std::int64_t outputs : {1, 3, 23, 64, 128, 151, 256, 300}) {
      INFO(inputs << " to " << outputs);
      const auto row = random_values(inputs, 1);
      std::vector<double> x;
      for (std::int64_t i = 0; i < rows; ++i) x.insert(x.end(), row.begin(), row.end());
      const DeviceMatrix dx(device, rows, inputs, x);
      const DeviceMatrix dw(device, inputs, outputs, random_values(inputs * outputs, 2));
      const DeviceMatrix db(device, 1, outputs, random_values(outputs, 3));
      const DeviceMatrix y(device, rows, outputs);
      device.backend->dense_forward(*device.queue, dx.ref(), dw.ref(), db.vector(), y.ref(), {});
      const auto got = y.get();
      for (std::size_t k = 0; k < got.size(); ++k) {
        REQUIRE(got[k] == got[k % static_cast<std::size_t>(outputs)]);
      }
    }
  }
}
