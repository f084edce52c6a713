// What profilers get of a run with --profile-steps, and what they are told.
#include <cstdint>
#include <map>
#include <string>

#include "engine/run/run.hpp"
#include "engine/train/trainer.hpp"
#include "tests/kernels/cuda/executor_run.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

TrainConfig on_cuda() {
  TrainConfig config = small_config();
  config.device = "cuda";
  return config;
}

std::uint64_t runs_of(const std::string& kernel,
                      const std::map<std::string, std::uint64_t>& kernels) {
  std::uint64_t runs = 0;
  for (const auto& [name, count] : kernels) {
    if (name.find(kernel) != std::string::npos) runs += count;
  }
  return runs;
}

std::uint64_t opened(const std::string& range) {
  const auto found = simt::named_ranges().find(range);
  return found == simt::named_ranges().end() ? 0 : found->second;
}

void train(Trainer& trainer, std::uint64_t epochs) {
  trainer.train(epochs, [](const StepReport&) { return true; });
}

}  // namespace

TEST_CASE("a profiler gets the timed steps and nothing else, as replays", "[cuda][profile]") {
  simt::reset();
  Trainer trainer(on_cuda(), bar_images());
  train(trainer, 16);
  CHECK(simt::profiled_kernels().empty());
  const std::uint64_t launches = simt::calls("cudaGraphLaunch");
  const std::uint64_t kernels = simt::calls("cudaLaunchKernelEx");
  trainer.set_profiling(true);
  const std::uint64_t recorded = simt::calls("cudaLaunchKernelEx");
  CHECK(recorded > kernels);
  CHECK(simt::profiled_kernels().empty());
  train(trainer, 20);
  trainer.set_profiling(false);
  const auto seen = simt::profiled_kernels();
  train(trainer, 4);
  (void)trainer.sample(3, 1);
  CHECK(runs_of("advance", seen) == 20);
  CHECK(simt::profiled_kernels() == seen);
  CHECK(simt::calls("cudaGraphLaunch") - launches == 1 + 4 + 4);
  // Each kernel runs as often in a timed step as in one that is not.
  simt::reset();
  Trainer plain(on_cuda(), bar_images());
  train(plain, 16);
  const auto before = simt::launched_kernels();
  train(plain, 20);
  for (const auto& [name, count] : simt::launched_kernels()) {
    const auto found = before.find(name);
    const auto in_seen = seen.find(name);
    INFO(name);
    CHECK(count - (found == before.end() ? 0 : found->second) ==
          (in_seen == seen.end() ? 0 : in_seen->second));
  }
  simt::reset();
}

TEST_CASE("a profile of --profile-steps has nothing that is done between epochs",
          "[cuda][profile]") {
  simt::reset();
  const TempDir folder;
  RunRequest request = run_on_cuda(folder);
  request.config.sample_every = 5;
  request.config.profile_steps = "5:24";
  (void)run_training(request);
  const auto seen = simt::profiled_kernels();
  CHECK(runs_of("advance", seen) == 20);
  CHECK(runs_of("trials", simt::launched_kernels()) > 0);  // of the pictures
  CHECK(runs_of("trials", seen) == 0);
  CHECK(simt::take_findings().empty());
  simt::reset();
}

TEST_CASE("records and replays are named for a profiler", "[cuda][profile]") {
  simt::reset();
  Trainer trainer(on_cuda(), bar_images());
  CHECK(opened("rehearse") == 1);
  CHECK(opened("record") == 4 + 1);  // R1 or not, either latent; 16 steps
  CHECK(opened("record/d update") == 4 + 16);
  CHECK(opened("record/gather") == 4 + 16);
  CHECK(opened("rehearse/g update") == 4);
  train(trainer, 18);
  CHECK(opened("steps") == 1);
  CHECK(opened("step") == 2);
  CHECK(opened("step/d update") == 0);
  (void)trainer.checkpoint();
  CHECK(opened("checkpoint") == 1);
  simt::reset();
}
