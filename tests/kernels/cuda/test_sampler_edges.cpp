// Samples in bulk on the host executor: the waits between slots, and the plan of memory.
#include <vector>

#include "engine/base/error.hpp"
#include "engine/device/cuda/cuda_queue.hpp"
#include "engine/device/devices.hpp"
#include "engine/sample/sampler.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

const std::vector<nn::LayerSpec> layers = nn::dense_stack({5, 12, 9}, Activation::tanh);

/// Samples with `call` left out the (after + 1)-th time, all calls done if it is negative. A block
/// that was copied too early shows as other bytes.
std::vector<std::uint8_t> samples(std::uint64_t seed, int slots, const char* call, int after) {
  simt::reset(seed);
  Device device = open_device("cuda");
  Sampler sampler(*device.backend, layers, 0.2F, ElementType::f32, {}, {256, slots});
  sampler.network().initialise(*device.queue, 1, 0);
  device.queue->synchronise();
  std::vector<std::uint8_t> all;
  if (after >= 0) simt::skip_call(call, after);
  sampler.sample(*device.queue, {1, Purpose::sample, 0, 5 * 256, ElementType::u8},
                 [&](ConstMatrixRef block) {
                   const auto* pixels = static_cast<const std::uint8_t*>(block.data);
                   all.insert(all.end(), pixels, pixels + block.size());
                 });
  device.queue->synchronise();
  return all;
}

/// What a backend finds free when it is opened, less what it holds back.
std::size_t free_bytes() { return open_backend("cuda", 1)->info().memory; }

}  // namespace

TEST_CASE("samples do not depend on the order in which ready work runs", "[cuda][order]") {
  for (const int slots : {1, 2, 3}) {
    const std::vector<std::uint8_t> right = samples(1, slots, "", -1);
    REQUIRE(right.size() == 5 * 256 * 9);
    for (std::uint64_t seed = 2; seed <= 16; ++seed) {
      INFO("seed " << seed << ", " << slots << " slots");
      CHECK((samples(seed, slots, "", -1) == right));
    }
  }
  simt::reset();
  CHECK(simt::take_findings().empty());
}

TEST_CASE("every wait between the slots is needed, and a missing one is found", "[cuda][order]") {
  constexpr int slots = 2;
  const std::vector<std::uint8_t> right = samples(1, slots, "", -1);
  const auto found = [&](const char* call, int after) {
    for (std::uint64_t seed = 1; seed <= 64; ++seed) {
      try {
        if (samples(seed, slots, call, after) != right) return true;
      } catch (const Error&) {
        return true;  // CUDA says that the time of a copy that has not ended cannot be asked for
      }
    }
    return false;
  };
  for (int block = 0; block < 5; ++block) {
    INFO("block " << block);
    // A copy waits for its block; its wait for the copy before only keeps their times apart.
    CHECK(found("cudaStreamWaitEvent", 2 * block));
    // The host waits for the copy; before the first block once for each slot.
    CHECK(found("cudaStreamSynchronize", slots + block));
  }
  simt::reset();
  (void)simt::take_findings();
}

TEST_CASE("the plan of a sampler's memory is true", "[cuda][sampler]") {
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    for (const Sampler::Room& room : {Sampler::small, Sampler::Room{1024, 3}}) {
      simt::reset();
      Device device = open_device("cuda");
      const std::vector<nn::LayerSpec> wide =
          nn::dense_stack({100, 256, 512, 300}, Activation::tanh);
      const std::size_t before = free_bytes();
      Sampler sampler(*device.backend, wide, 0.2F, type, {}, room);
      sampler.network().initialise(*device.queue, 1, 0);
      for (const ElementType to : {ElementType::u8, ElementType::f32}) {
        sampler.sample(*device.queue, {1, Purpose::sample, 0, 3000, to}, [](ConstMatrixRef) {});
      }
      const std::size_t taken = before - free_bytes() - cuda::CudaQueue::workspace_bytes;
      const std::size_t planned = Sampler::bytes(*device.backend, wide, type, room);
      CHECK(taken >= planned);
      CHECK(taken <= planned + 4096);
    }
  }
  simt::reset();
}
