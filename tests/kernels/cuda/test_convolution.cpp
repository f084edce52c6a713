// Convolutions by cuDNN: that they are, what happens where it refuses or fails, in recorded
// programs and on two queues. What they compute is in tests/device/ops/test_conv.cpp.
#include <cmath>
#include <functional>

#include "engine/base/error.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/conv_reference.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

constexpr int not_supported = 801;  // as CUDNN_STATUS_NOT_SUPPORTED
// Some 50 roundings of sums of products up to 1.
constexpr Tolerance tolerance{1e-5, 1e-6};

struct Restored {
  Restored() { simt::reset(); }
  ~Restored() { simt::reset(); }
};

/// All three passes of one convolution, and what they must give.
struct Passes {
  Device device = open_device("cuda");
  ConvGeometry g = make_geometry(9, 8, 3, 5, 4, 4, 2, 2, 1, 1);
  std::int64_t n = 2;
  std::vector<double> large = random_values(n * g.large_size(), 1);
  std::vector<double> small = random_values(n * g.small_size(), 2);
  std::vector<double> w = random_values(g.patch_size() * g.filters, 3);
  TightMatrix on_large{device, n, g.large_size(), large},
      on_small{device, n, g.small_size(), small};
  TightMatrix on_w{device, g.patch_size(), g.filters, w};
  TightMatrix y{device, n, g.small_size()}, dx{device, n, g.large_size()};
  TightMatrix dw{device, g.patch_size(), g.filters};

  void run() { run(*device.queue); }
  void run(Queue& queue) {
    Backend& backend = *device.backend;
    backend.conv(queue, {g, false, on_large.ref(), on_w.ref(), {}, {}, y.ref()}, {});
    backend.conv(queue, {g, true, on_small.ref(), on_w.ref(), {}, {}, dx.ref()}, {});
    backend.conv_backward_weights(queue, g, on_large.ref(), on_small.ref(), dw.view(), {});
  }
  void require_right() {
    require_close("y", y.get(), reference::conv(g, false, large, w, n), tolerance);
    require_close("dx", dx.get(), reference::conv(g, true, small, w, n), tolerance);
    require_close("dw", dw.get(), reference::conv_weight_gradient(g, large, small, n), tolerance);
  }
};

const std::string a_choice = "cudnnBackendFinalize of a choice";
const std::string a_plan = "cudnnBackendFinalize of a plan";
const std::string run_of_plan = "cudnnBackendExecute";
constexpr std::uint64_t passes_of_a_convolution = 3;

// As many faults as it takes, one after the other.
void refuse(const std::string& call, int times) {
  for (int after = 0; after < times; ++after) simt::fail_call(call, not_supported, after);
}

bool ran(const char* kernel) { return simt::report().find(kernel) != std::string::npos; }

}  // namespace

TEST_CASE("cuDNN convolves, and is asked once for each shape", "[cuda][conv]") {
  const Restored restored;
  Passes passes;
  passes.run();
  passes.run();
  passes.require_right();
  CHECK(simt::calls(a_choice) == passes_of_a_convolution);
  CHECK(simt::calls(run_of_plan) == 2 * passes_of_a_convolution);
  CHECK(simt::calls("cudnnCreate") == 1);
  CHECK_FALSE(ran("patches_kernel"));
  CHECK(simt::take_findings().empty());
}

TEST_CASE("a convolution that cuDNN refuses is patches and products", "[cuda][conv]") {
  const Restored restored;
  for (const std::string& refused : {a_choice, a_plan, run_of_plan}) {
    INFO(refused);
    simt::reset();
    Passes passes;
    refuse(refused, 20);
    passes.run();
    passes.require_right();
    CHECK(ran("patches_kernel"));
    CHECK(ran("fold_patches_kernel"));
    // It is not asked again.
    simt::reset();
    passes.run();
    CHECK(simt::calls(run_of_plan) == 0);
    CHECK(simt::calls(a_choice) == 0);
    passes.require_right();
  }
}

TEST_CASE("a forward pass with bias and Leaky ReLU is one kernel of cuDNN's", "[cuda][conv]") {
  const Restored restored;
  for (const bool tensor_cores : {true, false}) {
    for (const bool has_compiler : {true, false}) {
      INFO("tensor cores " << tensor_cores << ", compiler " << has_compiler);
      simt::reset();
      if (!has_compiler) simt::break_library("libnvrtc.so.13");
      Passes p;
      const DeviceMatrix bias(p.device, 1, p.g.filters, random_values(p.g.filters, 9));
      const auto convolve = [&] {
        p.device.backend->conv(
            *p.device.queue,
            {p.g, false, p.on_large.ref(), p.on_w.ref(), bias.vector(), {}, p.y.ref()},
            {Activation::leaky_relu, 0.2F, tensor_cores});
      };
      convolve();
      auto want = reference::conv(p.g, false, p.large, p.w, p.n, bias.get());
      for (double& sum : want) sum = reference::activate(Activation::leaky_relu, sum, 0.2F);
      // tf32 keeps 11 bits of each factor.
      const Tolerance rounded{tensor_cores ? 48 * 0x1p-11 : tolerance.absolute, tolerance.relative};
      require_close("y", p.y.get(), want, rounded);
      // A fused kernel of f32 without tensor cores is offered as a last resort alone, which is not
      // taken.
      CHECK(ran("finish_conv_kernel") == !(tensor_cores && has_compiler));
      const std::uint64_t made = simt::calls(a_plan);
      convolve();
      CHECK(simt::calls(a_plan) == made);
      CHECK(simt::calls(run_of_plan) == 2);
      CHECK(simt::take_findings().empty());
    }
  }
}

TEST_CASE("a fused convolution gives what the two kernels give", "[cuda][conv]") {
  const Restored restored;
  std::vector<std::vector<double>> results;
  for (const bool fused : {true, false}) {
    simt::reset();
    if (!fused) simt::break_library("libnvrtc.so.13");
    Passes p;
    const DeviceMatrix bias(p.device, 1, p.g.filters, random_values(p.g.filters, 9));
    for (const bool with_bias : {true, false}) {
      for (const Activation activation : {Activation::identity, Activation::leaky_relu}) {
        p.device.backend->conv(*p.device.queue,
                               {p.g,
                                false,
                                p.on_large.ref(),
                                p.on_w.ref(),
                                with_bias ? bias.vector() : VectorView<float>{},
                                {},
                                p.y.ref()},
                               {activation, 0.2F, true});
        results.push_back(p.y.get());
      }
    }
  }
  for (std::size_t i = 0; i < 4; ++i) CHECK(results[i] == results[i + 4]);
}

TEST_CASE("NaN goes through a fused Leaky ReLU", "[cuda][conv]") {
  const Restored restored;
  Passes p;
  std::vector<double> large = p.large;
  large.front() = std::nan("");
  p.on_large.set(large);
  p.device.backend->conv(*p.device.queue,
                         {p.g, false, p.on_large.ref(), p.on_w.ref(), {}, {}, p.y.ref()},
                         {Activation::leaky_relu, 0.2F, true});
  CHECK(std::isnan(p.y.get().front()));
  CHECK_FALSE(ran("finish_conv_kernel"));
}

TEST_CASE("images that start at an odd number are convolved all the same", "[cuda][conv]") {
  const Restored restored;
  Passes passes;
  const TightMatrix shifted(passes.device, 1, passes.n * passes.g.large_size() + 1, [&] {
    std::vector<double> values{0.0};
    values.insert(values.end(), passes.large.begin(), passes.large.end());
    return values;
  }());
  MatrixRef from = passes.on_large.ref();
  from.data = shifted.ref().block(0, 1, 1, 1).data;
  passes.device.backend->conv(
      *passes.device.queue, {passes.g, false, from, passes.on_w.ref(), {}, {}, passes.y.ref()}, {});
  require_close("y", passes.y.get(),
                reference::conv(passes.g, false, passes.large, passes.w, passes.n), tolerance);
  CHECK(simt::take_findings().empty());
}

TEST_CASE("a failure of cuDNN is named", "[cuda][conv]") {
  const Restored restored;
  const auto error_of = [](const std::string& call, int code) {
    simt::reset();
    Passes passes;
    simt::fail_call(call, code);
    try {
      passes.run();
    } catch (const Error& error) {
      return error;
    }
    throw std::runtime_error("no error");
  };
  for (const std::string& call :
       {std::string("cudnnBackendCreateDescriptor"), std::string("cudnnBackendSetAttribute"),
        a_choice, a_plan, std::string("cudnnSetStream"), run_of_plan}) {
    INFO(call);
    const Error error = error_of(call, 1);
    CHECK(error.code() == ErrorCode::internal);
    CHECK_THAT(error.what(), ContainsSubstring(call.substr(0, call.find(' '))) &&
                                 ContainsSubstring("CUDNN_STATUS_EXECUTION_FAILED"));
  }
  for (const std::string& call : {std::string("cudnnCreate"), a_plan}) {
    const Error error = error_of(call, 2);  // cudaErrorMemoryAllocation
    CHECK(error.code() == ErrorCode::no_device);
    CHECK_THAT(error.what(), ContainsSubstring(call.substr(0, call.find(' '))));
  }
}

TEST_CASE("a recorded convolution that ran before makes nothing new and replays", "[cuda][conv]") {
  const Restored restored;
  Passes passes;
  Backend& backend = *passes.device.backend;
  const std::size_t bytes = backend.conv_scratch(passes.g, passes.n, ElementType::f32);
  CHECK(bytes > 0);
  backend.reserve_scratch(*passes.device.queue, bytes);
  passes.run();
  const std::uint64_t created = simt::calls("cudnnCreate");
  const std::uint64_t asked = simt::calls(a_choice);
  const auto program = backend.record(*passes.device.queue, [&] { passes.run(); });
  CHECK(simt::calls("cudnnCreate") == created);
  CHECK(simt::calls(a_choice) == asked);
  program->replay();
  passes.require_right();
}

TEST_CASE("a capture makes no plan: what was not run before takes a way without", "[cuda][conv]") {
  const Restored restored;
  for (const bool run_before : {false, true}) {
    INFO(run_before);
    simt::reset();
    Passes p;
    Backend& backend = *p.device.backend;
    const auto convolve = [&] {
      backend.conv(*p.device.queue, {p.g, false, p.on_large.ref(), p.on_w.ref(), {}, {}, p.y.ref()},
                   {Activation::leaky_relu, 0.2F, true});
    };
    backend.reserve_scratch(*p.device.queue, backend.conv_scratch(p.g, p.n, ElementType::f32));
    p.run();  // for the queue's workspace
    if (run_before) convolve();
    p.device.queue->synchronise();
    const auto program = backend.record(*p.device.queue, convolve);
    program->replay();
    p.device.queue->synchronise();
    auto want = reference::conv(p.g, false, p.large, p.w, p.n);
    for (double& sum : want) sum = reference::activate(Activation::leaky_relu, sum, 0.2F);
    require_close("y", p.y.get(), want, {48 * 0x1p-11, tolerance.relative});
    CHECK(ran("finish_conv_kernel") == !run_before);
    CHECK(simt::take_findings().empty());
  }
}

TEST_CASE("convolutions on two queues keep to their own", "[cuda][conv][order]") {
  const Restored restored;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    simt::reset(seed);
    Passes passes;
    const auto other = passes.device.backend->make_queue("other");
    TightMatrix y(passes.device, passes.n, passes.g.small_size());
    passes.device.queue->synchronise();  // uploads
    passes.run();
    passes.device.backend->conv(
        *other, {passes.g, false, passes.on_large.ref(), passes.on_w.ref(), {}, {}, y.ref()}, {});
    other->synchronise();
    require_close("y", y.get(), reference::conv(passes.g, false, passes.large, passes.w, passes.n),
                  tolerance);
    passes.require_right();
    CHECK(simt::take_findings().empty());
  }
}
