// What cuDNN itself says of the graphs that convolutions are built of, for devices that are
// described: no device is needed, and nothing is computed. What the graphs compute is tested on the
// host executor.
#include "kernels/cuda/products/convolution_plan.hpp"
#include "tests/kernels/cuda/described_device.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Shape = cuda::ConvolutionShape;
using Pass = Shape::Pass;

constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // as a queue's

const std::vector<DescribedDevice> devices{{"H200", 900, 132, 232448}, {"A100", 800, 108, 166912}};

// A layer of kernel 4 and stride 2 halves both sides.
ConvGeometry halving(std::int64_t side, std::int64_t channels, std::int64_t filters) {
  return {side, side, channels, side / 2, side / 2, filters, 4, 4, 2, 2, 1, 1};
}

// D's layers for MNIST and for images of three channels, one of an odd side, and one of curves.
const std::vector<ConvGeometry> layers{halving(28, 1, 16),
                                       halving(14, 16, 32),
                                       halving(32, 3, 64),
                                       {15, 13, 8, 7, 6, 24, 3, 3, 2, 2, 0, 0},
                                       {1, 94, 16, 1, 47, 32, 1, 4, 1, 2, 0, 1}};

std::string text_of(const Shape& shape) {
  const ConvGeometry& g = shape.geometry;
  return "pass " + std::to_string(static_cast<int>(shape.pass)) + ", " +
         (shape.type == ElementType::bf16 ? "bf16" : "f32") +
         (shape.tensor_cores ? ", tensor cores, " : ", ") + std::to_string(g.height) + " x " +
         std::to_string(g.width) + " x " + std::to_string(g.channels) + " to " +
         std::to_string(g.small_height) + " x " + std::to_string(g.small_width) + " x " +
         std::to_string(g.filters);
}

template <class Body>
void for_each_shape(Body body) {
  struct Numbers {
    ElementType type;
    bool tensor_cores;
  };
  for (const DescribedDevice& device : devices) {
    std::string refusal;
    const auto functions = cudnn_for(device, refusal);
    if (!functions) VGAN_SKIP(refusal);
    cuda::ConvolutionPlans plans(*functions);
    for (const ConvGeometry& layer : layers) {
      for (const Numbers& numbers :
           {Numbers{ElementType::f32, false}, Numbers{ElementType::f32, true},
            Numbers{ElementType::bf16, true}}) {
        Shape shape{Pass::forward, layer, 128, numbers.type, numbers.tensor_cores, std::nullopt};
        INFO(device.name);
        body(plans, *functions, shape);
      }
    }
  }
}

/// Checks that there is a plan for the shape, and gives it; null where there is none.
const cuda::ConvolutionPlan* check_plan(cuda::ConvolutionPlans& plans, const Shape& shape) {
  cuda::ConvolutionPlan* plan = nullptr;
  const cuda::ConvolutionStatus status = plans.find(shape, workspace_bytes, plan);
  INFO((status.call == nullptr ? "" : status.call) << " " << status.text);
  CHECK(status.call == nullptr);
  CHECK_FALSE(status.refused);
  return plan;
}

}  // namespace

TEST_CASE("cuDNN has a deterministic engine for every pass of our layers", "[cudnn]") {
  for_each_shape([](cuda::ConvolutionPlans& plans, const cuda::Cudnn&, Shape shape) {
    for (const Pass pass : {Pass::forward, Pass::backward_data, Pass::backward_filter}) {
      shape.pass = pass;
      if (pass == Pass::backward_filter && shape.type == ElementType::bf16) continue;  // not asked
      INFO(text_of(shape));
      const cuda::ConvolutionPlan* plan = check_plan(plans, shape);
      if (plan != nullptr) CHECK(plan->workspace_bytes <= workspace_bytes);
    }
  });
}

TEST_CASE("cuDNN takes the graph of a convolution with bias and Leaky ReLU", "[cudnn]") {
  for_each_shape([](cuda::ConvolutionPlans&, const cuda::Cudnn& functions, Shape shape) {
    for (const bool bias : {true, false}) {
      for (const bool leaky : {true, false}) {
        if (!bias && !leaky) continue;
        for (const ElementType out : {ElementType::f32, ElementType::bf16}) {
          if (out == ElementType::bf16 && shape.type == ElementType::f32) continue;
          shape.epilogue = cuda::ConvolutionEpilogue{bias, leaky, leaky ? 0.2F : 0.0F, out};
          INFO(text_of(shape));
          cudnnHandle_t handle = nullptr;
          (void)functions.cudnnCreate(&handle);
          const cuda::ConvolutionGraph graph(functions, handle, shape);
          INFO(graph.descriptor().failure().call);
          CHECK_FALSE(bool(graph.descriptor().failure()));
        }
      }
    }
  });
}

TEST_CASE("cuDNN compiles a convolution with bias and Leaky ReLU into one kernel", "[cudnn]") {
  if (!cudnn_can_compile()) VGAN_SKIP("no driver's library, or no NVRTC, to compile with");
  for_each_shape([](cuda::ConvolutionPlans& plans, const cuda::Cudnn&, Shape shape) {
    if (!shape.tensor_cores || shape.geometry.channels != 16) return;  // it takes seconds for each
    shape.epilogue = cuda::ConvolutionEpilogue{true, true, 0.2F, shape.type};
    INFO(text_of(shape));
    (void)check_plan(plans, shape);
  });
}
