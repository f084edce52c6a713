// The edges between the step's queues: each is needed, and the host executor sees it missing.
#include <vector>

#include "engine/train/alternating_step.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr int all_edges = -1;
constexpr int edges = 6;

/// Three steps with their work put on the queues anew each time: in a recorded program CUDA itself
/// refuses most missing edges. `left_out` counts the step's waits.
std::vector<float> weights_after_steps(bool fused, std::uint64_t seed, int left_out) {
  simt::reset(seed);
  Device device = open_device("cuda");
  nn::Network g(*device.backend, nn::dense_stack({5, 12, 9}, Activation::tanh), 0.2F,
                {.training = true, .average = true, .shadow = false}, "G", {.fused = fused});
  nn::Network d(*device.backend, nn::dense_stack({9, 8, 1}, Activation::identity), 0.2F,
                {.training = true, .average = false, .shadow = false}, "D", {.fused = fused});
  g.initialise(*device.queue, 1, 0);
  d.initialise(*device.queue, 1, 1);
  const DeviceMatrix trials(device, 32, 9, random_values(32 * 9, 3));
  device.queue->synchronise();
  StepOptions options;
  options.batch = 8;
  options.fused = fused;
  options.schedules.generator_rate = math::constant(2e-4);
  options.schedules.discriminator_rate = math::constant(2e-4);
  AlternatingStep step(*device.backend, g, d, {.trials = trials.ref()}, options);
  step.set_replaying(false);
  // Two steps on the queues at once, the edge left out of the second.
  const std::uint64_t before = simt::calls("cudaStreamWaitEvent");
  step.run(1);
  // d waits for g; data, noise and g for d; g for data and noise; the reader of the report for g.
  REQUIRE(simt::calls("cudaStreamWaitEvent") - before == edges + 1);
  if (left_out != all_edges) simt::skip_call("cudaStreamWaitEvent", left_out);
  step.run(1);
  while (step.replays_pending() > 0) (void)step.take_records();
  step.run(1);
  (void)step.take_records();
  step.queue().synchronise();
  const VectorView<float> all = g.arena().weights();
  std::vector<float> values(static_cast<std::size_t>(all.size));
  device.backend->download(*device.queue, all.data, values.size() * sizeof(float), values.data());
  device.queue->synchronise();
  return values;
}

}  // namespace

TEST_CASE("every edge between the step's queues is needed, and a missing one is found",
          "[cuda][order]") {
  for (const bool fused : {false, true}) {
    const std::vector<float> right = weights_after_steps(fused, 1, all_edges);
    for (std::uint64_t seed = 2; seed <= 8; ++seed) {
      CHECK(weights_after_steps(fused, seed, all_edges) == right);
    }
    for (int edge = 0; edge < edges; ++edge) {
      INFO((fused ? "fused, edge " : "graph, edge ") << edge);
      bool found = false;
      for (std::uint64_t seed = 1; seed <= 64 && !found; ++seed) {
        found = weights_after_steps(fused, seed, edge) != right;
      }
      CHECK(found);
    }
  }
  simt::reset();
}
