// Whole commands on smaller processors than this one, as ONEDNN_MAX_CPU_ISA imitates them.
#include <algorithm>

#include "engine/device/instructions.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/skip.hpp"

using namespace vgan::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

/// vgan_cuda with `set` as the most that it may use.
CommandResult run_as(const std::string& set, const std::filesystem::path& folder, Words words) {
  words.insert(words.begin(), {"ONEDNN_MAX_CPU_ISA=" + set, vgan_binary()});
  return Command(folder, words, "", "/usr/bin/env").wait();
}

void require_done(const CommandResult& result) {
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
}

// Three Adam steps that differ by the sign of a gradient near zero at most: twice the rate each.
constexpr double rate = 2e-4;
constexpr Tolerance bf16_steps{3 * 2 * rate, 1e-6};

}  // namespace

TEST_CASE("cli: bf16 trains, generates and resumes on any processor", "[cli][isa]") {
#if !defined(__x86_64__)
  VGAN_SKIP("the sets are those of x86-64");
#endif
  const std::string set = GENERATE("SSE41", "AVX2", "AVX512_CORE");
  const Words net = GENERATE(Words{}, Words{"--net", "conv", "--g-layers", "4", "--d-layers", "4"});
  INFO(set);
  const TinyRuns runs;
  const auto train = [&](const Words& more) { return run_as(set, runs.path(), more); };
  Words words = runs.words("half", {"--precision", "bf16", "--lr", "2e-4", "--ttur", "1"});
  words.insert(words.end(), net.begin(), net.end());
  require_done(train(words));
  words = runs.words("whole", {"--precision", "fp32", "--lr", "2e-4", "--ttur", "1"});
  words.insert(words.end(), net.begin(), net.end());
  require_done(train(words));
  const auto half = runs.newest("half"), whole = runs.newest("whole");
  int compared = 0;
  for (const auto& [name, tensor] : whole.checkpoint.tensors) {
    if (!name.starts_with("g.") && !name.starts_with("d.")) continue;
    if (!name.ends_with(".weight") && !name.ends_with(".bias")) continue;
    require_close(name, values_of(half.checkpoint, name), values_of(whole.checkpoint, name),
                  bf16_steps);
    ++compared;
  }
  CHECK(compared >= 6);
  require_done(train({"train", "--resume", "half", "--epochs", "5"}));
  require_done(train({"generate", "--model", "half", "--count", "300", "--precision", "bf16",
                      "--out", "samples.npy", "--device", "cpu"}));
}

TEST_CASE("cli: bf16 reconstructs on any processor", "[cli][isa]") {
#if !defined(__x86_64__)
  VGAN_SKIP("the sets are those of x86-64");
#endif
  const std::string set = GENERATE("SSE41", "AVX2", "AVX512_CORE");
  INFO(set);
  const TinyRuns runs;
  require_done(
      run_as(set, runs.path(),
             runs.words("vae", {"--model", "vae", "--precision", "bf16", "--latent", "2"})));
  require_done(run_as(set, runs.path(),
                      {"reconstruct", "--model", "vae", "--data", "tiny.npy", "--precision", "bf16",
                       "--device", "cpu"}));
}

TEST_CASE("cli: what is advised instead of tf32 works", "[cli][isa]") {
  const TinyRuns runs;
  const CommandResult refused = runs.run("t", {"--precision", "tf32"});
  REQUIRE(refused.exit_code == 78);
  CHECK(is_one_complaint(refused.err));
  CHECK_THAT(refused.err, ContainsSubstring("allowed fp32, bf16 or auto"));
  for (const std::string word : {"fp32", "bf16", "auto"}) {
    INFO(word);
    require_done(runs.run(word, {"--precision", word}));
  }
}

TEST_CASE("cli: doctor says which instruction set is in use and why", "[cli][isa]") {
#if !defined(__x86_64__)
  VGAN_SKIP("the sets are those of x86-64");
#endif
  const TempDir folder;
  const CommandResult limited = run_as("SSE41", folder.path(), {"doctor"});
  require_done(limited);
  CHECK_THAT(limited.out, ContainsSubstring("instructions SSE2"));
  CHECK_THAT(limited.out, ContainsSubstring("bf16 by f32 products"));
  const vgan::CpuInstructions here = vgan::cpu_instructions();
  const CommandResult free = run_as("ALL", folder.path(), {"doctor"});
  require_done(free);
  CHECK_THAT(free.out, ContainsSubstring("instructions " + here.best));
  if (here.best != "SSE2") {
    CHECK_THAT(limited.out, ContainsSubstring("ONEDNN_MAX_CPU_ISA=SSE41 allows no more; the "
                                              "processor has " +
                                              here.best));
  }
}
