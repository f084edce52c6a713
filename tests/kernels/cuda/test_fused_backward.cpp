// Input gradients and Adam steps of dense layers in one kernel, against plain loops in double.
#include <memory>

#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/operations.hpp"
#include "tests/kernels/cuda/fused_case.hpp"
#include "tests/kernels/cuda/launcher_test.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

constexpr float slope = 0.2F;
constexpr double learning_rate = 0.01;

struct Layer {
  std::int64_t rows, inputs, outputs;
};

std::string describe(const Layer& layer) {
  return std::to_string(layer.rows) + " rows, " + std::to_string(layer.inputs) + " inputs, " +
         std::to_string(layer.outputs) + " outputs";
}

/// dx of a layer, and its reference.
class InputCase {
 public:
  InputCase(const Layer& layer, const OperandKind& kind, const Place& place, Activation activation,
            ElementType out)
      : layer_(layer),
        kind_(kind),
        activation_(activation),
        out_(out),
        dy_values_(random_values(layer.rows * layer.outputs, 11, kind.type)),
        w_values_(random_values(layer.inputs * layer.outputs, 12, kind.type)),
        at_values_(random_values(layer.rows * layer.inputs, 13, out)),
        dy_(layer.rows, layer.outputs, dy_values_, kind.type, place),
        w_(layer.inputs, layer.outputs, w_values_, kind.type, place),
        at_(layer.rows, layer.inputs, at_values_, out, place),
        dx_(layer.rows, layer.inputs, out, place) {}

  InputGradientTask task() const {
    const bool masked = activation_ != Activation::identity;
    return {dy_.ref(), w_.ref(),    masked ? ConstMatrixRef(at_.ref()) : ConstMatrixRef{},
            dx_.ref(), activation_, slope};
  }
  std::vector<double> got() const { return dx_.get(); }
  void require_right() const {
    const auto [n, inputs, outputs] = layer_;
    auto want = reference::product(kind_.operand(dy_values_),
                                   reference::transpose(kind_.operand(w_values_), inputs, outputs),
                                   n, outputs, inputs);
    for (std::size_t i = 0; i < want.size(); ++i)
      want[i] *= reference::derivative_from_output(activation_, at_values_[i], slope);
    require_close("dx", got(), want, stored_tolerance(sum_tolerance(outputs), out_));
  }

 private:
  Layer layer_;
  OperandKind kind_;
  Activation activation_;
  ElementType out_;
  std::vector<double> dy_values_, w_values_, at_values_;
  CudaMatrix dy_, w_, at_, dx_;
};

/// The Adam step of a layer, and its reference.
class UpdateCase {
 public:
  UpdateCase(const Layer& layer, const OperandKind& kind, const Place& place, bool accumulate,
             const CudaArena::Sections& sections, std::uint64_t seed = 21)
      : layer_(layer),
        kind_(kind),
        accumulate_(accumulate),
        x_values_(random_values(layer.rows * layer.inputs, seed, kind.type)),
        dy_values_(random_values(layer.rows * layer.outputs, seed + 1, kind.type)),
        x_(layer.rows, layer.inputs, x_values_, kind.type, place),
        dy_(layer.rows, layer.outputs, dy_values_, kind.type, place),
        weights_(layer.inputs * layer.outputs, seed + 2, sections),
        bias_(layer.outputs, seed + 3, {sections.average, false, sections.offset}) {}

  DenseUpdateTask task() const {
    return {x_.ref(), dy_.ref(), weights_.view(), bias_.view(), accumulate_};
  }
  void require_right() const {
    const auto [n, inputs, outputs] = layer_;
    const auto dy = kind_.operand(dy_values_);
    auto dw = reference::product(reference::transpose(kind_.operand(x_values_), n, inputs), dy,
                                 inputs, n, outputs);
    const auto before = weights_.stored_gradients();
    for (std::size_t i = 0; accumulate_ && i < dw.size(); ++i) dw[i] += before[i];
    const math::AdamStep step = test_step(learning_rate);
    const double tolerance = sum_tolerance(n);
    weights_.require_step("weights", dw, tolerance, step, test_decay());
    bias_.require_step("bias", reference::column_sums(dy, n, outputs), tolerance, step,
                       test_decay());
  }
  std::vector<double> weights() const { return weights_.weights(); }
  CudaMatrix& dy() { return dy_; }
  CudaMatrix& x() { return x_; }

 private:
  Layer layer_;
  OperandKind kind_;
  bool accumulate_;
  std::vector<double> x_values_, dy_values_;
  CudaMatrix x_, dy_;
  CudaArena weights_, bias_;
};

/// The step's number and network in device memory; returns whether the launch raised the flag.
bool run(const InputGradientTask& input, const std::vector<DenseUpdateTask>& updates,
         const cuda::FusedLaunch& launch) {
  const CudaValue<std::uint64_t> step(steps_before);
  const CudaValue<AdamState> network({learning_rate, 0});
  REQUIRE(cuda::fused_backward(nullptr, input, updates, test_rates(), {step.data()}, network.data(),
                               launch) == cudaSuccess);
  return network.get().nonfinite != 0;
}

}  // namespace

LAUNCHER_TEST_CASE("fused backward: input gradients of every extent around a tile, every stride",
                   "[cuda][kernels][fused]") {
  const Layer layers[] = {{1, 1, 1},      {7, 31, 33},    {32, 32, 64}, {33, 65, 31},
                          {31, 129, 100}, {100, 33, 193}, {129, 7, 65}};
  constexpr Activation activations[] = {Activation::identity, Activation::leaky_relu,
                                        Activation::tanh, Activation::sigmoid};
  std::size_t i = 0;
  for (const OperandKind& kind : operand_kinds()) {
    for (const Place& place : places()) {
      for (const Layer& layer : layers) {
        INFO(describe(layer) << ", " << describe(kind, place));
        const InputCase input(layer, kind, place, activations[i % 4],
                              i % 2 == 0 ? ElementType::f32 : ElementType::bf16);
        CHECK_FALSE(run(input.task(), {}, {.tf32 = kind.tf32}));
        input.require_right();
        ++i;
      }
    }
  }
}

LAUNCHER_TEST_CASE("fused backward: Adam steps of every extent around a tile, every stride",
                   "[cuda][kernels][fused]") {
  const Layer layers[] = {{1, 1, 1},     {7, 31, 33},   {32, 32, 32}, {65, 33, 31},
                          {129, 100, 7}, {31, 64, 100}, {33, 7, 129}};
  std::size_t i = 0;
  for (const OperandKind& kind : operand_kinds()) {
    for (const Place& place : places()) {
      for (const Layer& layer : layers) {
        INFO(describe(layer) << ", " << describe(kind, place));
        const UpdateCase update(layer, kind, place, i % 3 == 0,
                                {i % 2 == 0, i % 4 < 2, place.offset});
        CHECK_FALSE(run({}, {update.task()}, {.tf32 = kind.tf32}));
        update.require_right();
        ++i;
      }
    }
  }
}

LAUNCHER_TEST_CASE("fused backward: an input gradient and two layers' steps in one launch",
                   "[cuda][kernels][fused]") {
  for (const OperandKind& kind : operand_kinds()) {
    INFO(kind.name);
    std::vector<double> first;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      simt::reset(seed);
      const InputCase input({33, 100, 65}, kind, {}, Activation::leaky_relu, kind.type);
      const UpdateCase wide({33, 65, 100}, kind, {}, true, {}, 31);
      const UpdateCase narrow({40, 100, 9}, kind, {}, false, {false, true, 0}, 41);
      const cuda::FusedLaunch launch{kind.tf32, seed % 2 == 0, seed > 2};
      CHECK_FALSE(run(input.task(), {wide.task(), narrow.task()}, launch));
      input.require_right();
      wide.require_right();
      narrow.require_right();
      // The order of blocks changes nothing.
      if (first.empty()) first = wide.weights();
      CHECK(wide.weights() == first);
    }
    simt::reset();
  }
}

LAUNCHER_TEST_CASE("fused backward: large tiles", "[cuda][kernels][fused]") {
  for (const OperandKind& kind : operand_kinds()) {
    INFO(kind.name);
    const InputCase input({70, 97, 130}, kind, {}, Activation::tanh, ElementType::bf16);
    const UpdateCase update({40, 69, 5690}, kind, {}, true, {});
    CHECK_FALSE(run(input.task(), {update.task()}, {.tf32 = kind.tf32}));
    input.require_right();
    update.require_right();
  }
}

LAUNCHER_TEST_CASE(
    "fused backward: agrees with products, column sums and Adam by kernels of their own",
    "[cuda][kernels][fused]") {
  constexpr std::int64_t n = 65;
  constexpr std::int64_t inputs = 50;
  constexpr std::int64_t outputs = 36;
  const CudaMatrix x(n, inputs, random_values(n * inputs, 1));
  const CudaMatrix dy(n, outputs, random_values(n * outputs, 2));
  const CudaArena fused(inputs * outputs, 3, {});
  const CudaArena separate(inputs * outputs, 3, {});
  const CudaArena fused_bias(outputs, 4, {true, false, 0});
  const CudaArena separate_bias(outputs, 4, {true, false, 0});
  CHECK_FALSE(run({}, {{x.ref(), dy.ref(), fused.view(), fused_bias.view(), true}}, {}));
  const CudaValue<std::uint64_t> step(steps_before);
  const CudaValue<AdamState> network({learning_rate, 0});
  const AdamArena weights = separate.view();
  REQUIRE(cuda::plain_product(nullptr, x.ref(), true, dy.ref(), false,
                              {weights.gradients.data, inputs, outputs, outputs},
                              true) == cudaSuccess);
  REQUIRE(cuda::column_sums(nullptr, dy.ref(), false, separate_bias.view().gradients) ==
          cudaSuccess);
  for (const AdamArena& arena : {weights, separate_bias.view()}) {
    const AdamTask task{arena, test_rates(), {step.data()}, network.data()};
    cuda::NoScratch none;
    REQUIRE(cuda::run(nullptr, task, none) == cudaSuccess);
  }
  // A step moves a weight by up to about learning_rate * m / sqrt(v), v >= 0.05 * 0.999.
  const Tolerance tolerance{0.2 * sum_tolerance(n), 1e-6};
  require_close("weights", fused.weights(), separate.weights(), tolerance);
  require_close("bias", fused_bias.weights(), separate_bias.weights(), tolerance);
}

LAUNCHER_TEST_CASE("fused backward: a gradient of NaN or Inf raises the flag, whichever it is",
                   "[cuda][kernels][fused]") {
  for (const OperandKind& kind : operand_kinds()) {
    for (const double bad : {std::nan(""), HUGE_VAL}) {
      INFO(kind.name << ", " << bad);
      const Layer layer{40, 32, 33};
      const cuda::FusedLaunch launch{kind.tf32};
      const UpdateCase good(layer, kind, {1, 0}, false, {});
      auto broken =
          std::make_unique<UpdateCase>(layer, kind, Place{1, 0}, false, CudaArena::Sections{}, 51);
      auto dy = random_values(40 * 33, 52, kind.type);
      dy[39 * 33 + 32] = bad;  // the last row's last column
      broken->dy().set(dy);
      CHECK(run({}, {good.task(), broken->task()}, launch));
      good.require_right();
      broken =
          std::make_unique<UpdateCase>(layer, kind, Place{1, 0}, false, CudaArena::Sections{}, 51);
      auto x = random_values(40 * 32, 51, kind.type);
      x[0] = bad;
      broken->x().set(x);
      CHECK(run({}, {broken->task()}, launch));
    }
  }
}

LAUNCHER_TEST_CASE("fused backward: says which calls it takes", "[cuda][kernels][fused]") {
  const OperandKind fp32 = operand_kinds()[2];
  const UpdateCase update({4, 5, 6}, fp32, {}, true, {});
  const InputCase input({4, 5, 6}, fp32, {}, Activation::tanh, ElementType::f32);
  const auto takes = [](const InputGradientTask& task, std::vector<DenseUpdateTask> updates) {
    return cuda::fused_supports(task, updates);
  };
  CHECK(takes(input.task(), {}));
  CHECK(takes({}, {update.task()}));
  CHECK_FALSE(takes({}, {}));
  CHECK_FALSE(takes({}, {update.task(), update.task(), update.task()}));
  InputGradientTask no_mask = input.task();
  no_mask.at = {};
  CHECK_FALSE(takes(no_mask, {}));
  InputGradientTask other_shape = input.task();
  other_shape.w.cols = 5;
  CHECK_FALSE(takes(other_shape, {}));
  DenseUpdateTask short_arena = update.task();
  short_arena.weights.m.size = 29;
  CHECK_FALSE(takes({}, {short_arena}));
  DenseUpdateTask no_gradients = update.task();
  no_gradients.weights.gradients = {};
  CHECK_FALSE(takes({}, {no_gradients}));
  no_gradients.accumulate = false;
  CHECK(takes({}, {no_gradients}));
  const UpdateCase half({4, 5, 6}, operand_kinds()[0], {}, false, {});
  CHECK_FALSE(takes(input.task(), {half.task()}));
}
