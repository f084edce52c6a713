// The plain product that steps in where cuBLASLt has no algorithm: the dense operations again, with
// every shape refused.
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("a shape that cuBLASLt refuses is multiplied all the same", "[cuda][product]") {
  constexpr int not_supported = 801;  // as CUBLAS_STATUS_NOT_SUPPORTED
  struct Case {
    std::int64_t rows, inputs, outputs;
  };
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    for (const Case& c : {Case{1, 1, 1}, Case{33, 17, 1}, Case{16, 32, 48}, Case{31, 65, 33}}) {
      INFO("rows " << c.rows << ", inputs " << c.inputs << ", outputs " << c.outputs);
      simt::reset();
      Device device = open_device("cuda");
      const auto x = random_values(c.rows * c.inputs, 1, type);
      const auto w = random_values(c.inputs * c.outputs, 2, type);
      const auto dy = random_values(c.rows * c.outputs, 3, type);
      const DeviceMatrix dx(device, c.rows, c.inputs, x, type);
      const DeviceMatrix dw(device, c.inputs, c.outputs, w, type);
      const DeviceMatrix ddy(device, c.rows, c.outputs, dy, type);
      DeviceMatrix y(device, c.rows, c.outputs);
      DeviceMatrix back(device, c.rows, c.inputs);
      DeviceMatrix gradient(device, c.inputs, c.outputs);
      for (int shape = 0; shape < 3; ++shape) {
        simt::fail_call("cublasLtMatmulAlgoGetHeuristic", not_supported, shape);
      }
      device.backend->dense_forward(*device.queue, dx.ref(), dw.ref(), {}, y.ref(), {});
      device.backend->dense_backward_input(*device.queue, ddy.ref(), dw.ref(), {}, back.ref(), {});
      device.backend->dense_backward_weights(*device.queue, dx.ref(), ddy.ref(), gradient.view(),
                                             {}, {});
      device.backend->dense_backward_weights(*device.queue, dx.ref(), ddy.ref(), gradient.view(),
                                             {}, {.accumulate = true});
      const auto wt = reference::transpose(w, c.inputs, c.outputs);
      const auto xt = reference::transpose(x, c.rows, c.inputs);
      auto want_gradient = reference::product(xt, dy, c.inputs, c.rows, c.outputs);
      for (double& value : want_gradient) value *= 2.0;
      // Some 65 roundings of sums of products up to 1.
      const Tolerance tolerance{1e-5, 1e-6};
      require_close("y", y.get(), reference::product(x, w, c.rows, c.inputs, c.outputs), tolerance);
      require_close("dx", back.get(), reference::product(dy, wt, c.rows, c.outputs, c.inputs),
                    tolerance);
      require_close("dw", gradient.get(), want_gradient, tolerance);
      CHECK(simt::report().find("plain_product_kernel") != std::string::npos);
    }
  }
  simt::reset();
}
