// A dense layer forward in one kernel against plain loops in double.
#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/fused/fused.hpp"
#include "tests/kernels/cuda/fused_case.hpp"
#include "tests/kernels/cuda/launcher_test.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

constexpr float slope = 0.2F;

struct Layer {
  std::int64_t rows, inputs, outputs;
};

struct ForwardCase {
  Layer layer;
  OperandKind kind;
  Place place;
  Activation activation = Activation::leaky_relu;
  bool bias = true;
  ElementType out = ElementType::f32;
};

std::vector<double> run_forward(const ForwardCase& c, const cuda::FusedLaunch& launch,
                                bool check = true) {
  const auto [n, inputs, outputs] = c.layer;
  const auto x = random_values(n * inputs, 1, c.kind.type);
  const auto w = random_values(inputs * outputs, 2, c.kind.type);
  const auto bias = random_values(outputs, 3);
  const CudaMatrix device_x(n, inputs, x, c.kind.type, c.place);
  const CudaMatrix device_w(inputs, outputs, w, c.kind.type, c.place);
  const CudaMatrix device_bias(1, outputs, bias, ElementType::f32, {0, c.place.offset});
  const CudaMatrix y(n, outputs, c.out, c.place);
  const VectorView<const float> bias_view =
      c.bias ? VectorView<const float>(device_bias.vector()) : VectorView<const float>{};
  REQUIRE(cuda::fused_forward(nullptr, device_x.ref(), device_w.ref(), bias_view, c.activation,
                              slope, y.ref(), launch) == cudaSuccess);
  std::vector<double> got = y.get();
  if (!check) return got;
  auto want = reference::product(c.kind.operand(x), c.kind.operand(w), n, inputs, outputs,
                                 c.bias ? bias : std::vector<double>{});
  for (double& value : want) value = reference::activate(c.activation, value, slope);
  INFO(n << " rows, " << inputs << " inputs, " << outputs << " outputs, "
         << describe(c.kind, c.place));
  require_close("y", got, want, stored_tolerance(sum_tolerance(inputs), c.out));
  return got;
}

}  // namespace

LAUNCHER_TEST_CASE("fused forward: every extent around a tile, every stride",
                   "[cuda][kernels][fused]") {
  const Layer layers[] = {{1, 1, 1},      {7, 31, 33},   {32, 64, 32},  {33, 65, 31},
                          {31, 129, 100}, {100, 193, 7}, {129, 100, 65}};
  constexpr Activation activations[] = {Activation::identity, Activation::leaky_relu,
                                        Activation::tanh, Activation::sigmoid};
  std::size_t i = 0;
  for (const OperandKind& kind : operand_kinds()) {
    for (const Place& place : places()) {
      for (const Layer& layer : layers) {
        const ElementType out = i % 2 == 0 ? ElementType::f32 : ElementType::bf16;
        run_forward({layer, kind, place, activations[i % 4], i % 3 != 0, out}, {.tf32 = kind.tf32});
        ++i;
      }
    }
  }
}

LAUNCHER_TEST_CASE("fused forward: large tiles", "[cuda][kernels][fused]") {
  for (const OperandKind& kind : operand_kinds()) {
    run_forward({{70, 40, 5690}, kind, {}}, {.tf32 = kind.tf32});
  }
}

LAUNCHER_TEST_CASE(
    "fused forward: launched early, with weights fetched before, in any order of blocks",
    "[cuda][kernels][fused]") {
  for (const OperandKind& kind : operand_kinds()) {
    const ForwardCase c{{33, 300, 66}, kind, {}};
    const auto want = run_forward(c, {.tf32 = kind.tf32});
    for (std::uint64_t seed = 2; seed <= 5; ++seed) {
      simt::reset(seed);
      CHECK(run_forward(c, {.tf32 = kind.tf32, .programmatic = true}, false) == want);
      CHECK(run_forward(c, {.tf32 = kind.tf32, .programmatic = true, .prefetch_weights = true},
                        false) == want);
    }
    simt::reset();
  }
}

LAUNCHER_TEST_CASE("fused forward: agrees with the product, then the pointwise kernel",
                   "[cuda][kernels][fused]") {
  const Layer layer{65, 100, 70};
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    const CudaMatrix x(65, 100, random_values(6500, 1, type), type);
    const CudaMatrix w(100, 70, random_values(7000, 2, type), type);
    const CudaMatrix bias(1, 70, random_values(70, 3));
    const CudaMatrix sums(65, 70);
    const CudaMatrix separate(65, 70, type);
    const CudaMatrix fused(65, 70, type);
    REQUIRE(cuda::plain_product(nullptr, x.ref(), false, w.ref(), false, sums.view(), false) ==
            cudaSuccess);
    REQUIRE(cuda::bias_activation(nullptr, sums.view(), bias.vector(), Activation::tanh, slope,
                                  separate.ref()) == cudaSuccess);
    REQUIRE(cuda::fused_forward(nullptr, x.ref(), w.ref(), bias.vector(), Activation::tanh, slope,
                                fused.ref(), {}) == cudaSuccess);
    require_close("y", fused.get(), separate.get(),
                  stored_tolerance(sum_tolerance(layer.inputs), type));
  }
}

LAUNCHER_TEST_CASE("fused forward: says which calls it takes", "[cuda][kernels][fused]") {
  const CudaMatrix x(4, 8);
  const CudaMatrix w(8, 5);
  const CudaMatrix half(8, 5, ElementType::bf16);
  const CudaMatrix y(4, 5);
  const CudaMatrix bias(1, 5);
  CHECK(cuda::fused_supports(x.ref(), w.ref(), bias.vector(), y.ref()));
  CHECK(cuda::fused_supports(x.ref(), w.ref(), {}, y.ref()));
  CHECK_FALSE(cuda::fused_supports(x.ref(), half.ref(), {}, y.ref()));
  CHECK_FALSE(cuda::fused_supports(x.ref(), y.ref(), {}, y.ref()));
  CHECK_FALSE(cuda::fused_supports(x.ref().rows_from(0, 0), w.ref(), {}, y.ref().rows_from(0, 0)));
  CHECK_FALSE(cuda::fused_supports(x.ref(), w.ref(), w.vector(), y.ref()));
  CHECK(cuda::fused_forward(nullptr, x.ref(), half.ref(), {}, Activation::tanh, slope, y.ref(),
                            {}) == cudaErrorInvalidValue);
}
