// Convolutions by cuDNN: that they are, what happens where it refuses or fails, in recorded
// programs and on two queues. What they compute is in tests/device/ops/test_conv.cpp.
#include <functional>

#include "engine/base/error.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/conv_reference.hpp"

using namespace vgan;
using namespace vgan::testing;

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

const std::vector<std::string> choices{"cudnnGetConvolutionForwardAlgorithm_v7",
                                       "cudnnGetConvolutionBackwardDataAlgorithm_v7",
                                       "cudnnGetConvolutionBackwardFilterAlgorithm_v7"};
const std::vector<std::string> runs{"cudnnConvolutionForward", "cudnnConvolutionBackwardData",
                                    "cudnnConvolutionBackwardFilter"};

bool ran(const char* kernel) { return simt::report().find(kernel) != std::string::npos; }

}  // namespace

TEST_CASE("cuDNN convolves, and is asked once for each shape", "[cuda][conv]") {
  const Restored restored;
  Passes passes;
  passes.run();
  passes.run();
  passes.require_right();
  for (const std::string& call : choices) CHECK(simt::calls(call) == 1);
  for (const std::string& call : runs) CHECK(simt::calls(call) == 2);
  CHECK(simt::calls("cudnnCreate") == 1);
  CHECK_FALSE(ran("patches_kernel"));
  CHECK(simt::take_findings().empty());
}

TEST_CASE("a convolution that cuDNN refuses is patches and products", "[cuda][conv]") {
  const Restored restored;
  for (const std::vector<std::string>& refused : {choices, runs}) {
    INFO(refused.front());
    simt::reset();
    Passes passes;
    for (const std::string& call : refused) simt::fail_call(call, not_supported);
    passes.run();
    passes.require_right();
    CHECK(ran("patches_kernel"));
    CHECK(ran("fold_patches_kernel"));
    // It is not asked again.
    const std::uint64_t before = simt::calls("cudnnConvolutionForward");
    passes.run();
    CHECK(simt::calls("cudnnConvolutionForward") == before);
    passes.require_right();
  }
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
  for (const std::string& call : runs) {
    const Error error = error_of(call, 1);
    CHECK(error.code() == ErrorCode::internal);
    CHECK_THAT(error.what(),
               ContainsSubstring(call) && ContainsSubstring("CUDNN_STATUS_EXECUTION_FAILED"));
  }
  const Error error = error_of("cudnnCreate", 2);  // cudaErrorMemoryAllocation
  CHECK(error.code() == ErrorCode::no_device);
  CHECK_THAT(error.what(), ContainsSubstring("cudnnCreate"));
}

TEST_CASE("a recorded convolution makes nothing new and replays", "[cuda][conv]") {
  const Restored restored;
  Passes passes;
  Backend& backend = *passes.device.backend;
  const std::size_t bytes = backend.conv_scratch(passes.g, passes.n, ElementType::f32);
  CHECK(bytes > 0);
  backend.reserve_scratch(*passes.device.queue, bytes);
  const std::uint64_t created = simt::calls("cudnnCreate");
  const std::uint64_t asked = simt::calls(choices.front());
  const auto program = backend.record(*passes.device.queue, [&] { passes.run(); });
  CHECK(simt::calls("cudnnCreate") == created);
  CHECK(simt::calls(choices.front()) == asked);
  program->replay();
  passes.require_right();
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
