// Alarms of runs that are made to collapse, to copy and to stall; healthy ones raise none.
// tests/run/test_rollback.cpp has those that diverge.
#include <algorithm>

#include "tests/run/measured_runs.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// The kinds of the alarms of a run, in their order, each as metrics.jsonl has it too.
std::vector<std::string> alarms_of(const MeasuredRuns& runs, RunRequest request) {
  Listener listener;
  request.observer = &listener;
  const RunResult result = run_training(request);
  std::vector<std::string> kinds;
  const std::string out = std::filesystem::path(request.config.out).filename().string();
  for (const auto& line : runs.lines(out, "alarm")) {
    kinds.push_back(line["alarm"]);
  }
  REQUIRE(result.alarms.size() == kinds.size());
  REQUIRE(listener.warnings.size() == kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CHECK(result.alarms[i].starts_with(kinds[i]));
    CHECK(listener.warnings[i].starts_with("alarm: " + kinds[i]));
  }
  return kinds;
}

bool has(const std::vector<std::string>& kinds, const std::string& kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

TrainConfig small(const std::string& name) {
  TrainConfig config = preset(name);
  config.batch = 16;
  config.latent = 6;
  config.g_layers = {32};
  config.d_layers = {32};
  config.device = "cpu";
  config.precision = PrecisionKind::fp32;
  return config;
}

}  // namespace

TEST_CASE("a D that runs away from G collapses it", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest request = runs.request("a", 1500, small("article"));
  request.config.lr_d = 0.02;
  request.config.lr_g = 1e-5;
  request.config.evaluate_every = 500;
  CHECK(has(alarms_of(runs, request), "collapse"));
}

TEST_CASE("an autoencoder of a few trials copies them", "[engine][run]") {
  const MeasuredRuns runs(60);
  RunRequest request = runs.request("a", 3000, small("ae"));
  request.config.hold_out = 0.25;
  request.config.g_layers = {128};
  request.config.d_layers = {128};
  request.config.latent_mixture = 32;
  request.config.evaluate_every = 1000;
  CHECK(has(alarms_of(runs, request), "copying"));
}

TEST_CASE("networks whose rates are next to nothing stall", "[engine][run]") {
  const MeasuredRuns runs;
  for (const char* const name : {"default", "vae"}) {
    RunRequest request = runs.request(name, 600, small(name));
    request.config.lr = 1e-12;
    request.config.evaluate_every = 200;
    CHECK(has(alarms_of(runs, request), "stalled"));
  }
}

TEST_CASE("healthy runs raise no alarm", "[engine][run]") {
  const MeasuredRuns runs;
  for (const char* const name : {"default", "vae", "ae"}) {
    RunRequest request = runs.request(name, 1500, small(name));
    request.config.evaluate_every = 300;
    INFO(name);
    CHECK(run_training(request).alarms == std::vector<std::string>{});
  }
}
