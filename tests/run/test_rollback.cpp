// A run that breaks down goes back to its last good checkpoint at half the rates.
#include "engine/run/rollback.hpp"

#include <cmath>

#include "engine/base/error.hpp"
#include "engine/run/run_record.hpp"
#include "tests/run/measured_runs.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

TrainConfig small_vae() {
  TrainConfig config = preset("vae");
  config.latent = 4;
  config.g_layers = {24};
  config.d_layers = {24};
  config.batch = 16;
  config.device = "cpu";
  config.precision = PrecisionKind::fp32;
  return config;
}

// A rate that rises through the run, so that half of it is within reach for twice as long.
RunRequest rising(const MeasuredRuns& runs, const std::string& out, std::uint64_t epochs) {
  RunRequest request = runs.request(out, epochs, small_vae());
  request.config.evaluate_every = 0;
  request.config.on_divergence = DivergenceKind::rollback;
  request.config.save_every = 20;
  request.config.keep = 2;
  request.config.lr = 5.0;
  request.config.warmup = 2000;
  return request;
}

RunRecord record_of(const MeasuredRuns& runs, const std::string& out) {
  return RunRecord::load(runs.newest(out), out);
}

}  // namespace

TEST_CASE("half of each rate that is set", "[engine][run]") {
  TrainConfig config;
  config.lr = 0.4;
  config.lr_d = 0.2;
  const HalvedRates halved = halved_rates(config);
  CHECK(halved.config.lr == 0.2);
  CHECK(halved.config.lr_g == 0.0);
  CHECK(halved.config.lr_d == 0.1);
  REQUIRE(halved.changes.size() == 2);
  CHECK(change_text(halved.changes[0]) == "lr 0.4 -> 0.2");
  CHECK(change_text(halved.changes[1]) == "lr-d 0.2 -> 0.1");
}

TEST_CASE("rollbacks are in a checkpoint's metadata", "[engine][run]") {
  RunRecord record;
  record.rollbacks = {{9, 5}, {8, 5}};
  Checkpoint checkpoint;
  record.save(checkpoint);
  const RunRecord loaded = RunRecord::load(checkpoint, "x");
  REQUIRE(loaded.rollbacks.size() == 2);
  CHECK(loaded.rollbacks[1].epoch == 8);
  CHECK(loaded.rollbacks[1].to == 5);
  checkpoint.metadata["rollbacks"] = "{}";
  CHECK_THROWS_WITH(RunRecord::load(checkpoint, "x"), ContainsSubstring("no list"));
}

TEST_CASE("a run that breaks down goes on from its last good checkpoint at half the rates",
          "[engine][run]") {
  const MeasuredRuns runs;
  Listener listener;
  RunRequest request = rising(runs, "a", 180);
  request.observer = &listener;
  const RunResult result = run_training(request);
  CHECK(result.epochs == 180);
  REQUIRE_FALSE(listener.back_to.empty());
  const RunRecord record = record_of(runs, "a");
  REQUIRE(record.rollbacks.size() == listener.back_to.size());
  const auto lines = runs.lines("a", "rollback");
  REQUIRE(lines.size() == record.rollbacks.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i]["epoch"] == record.rollbacks[i].epoch);
    CHECK(lines[i]["to"] == record.rollbacks[i].to);
    CHECK(record.rollbacks[i].to < record.rollbacks[i].epoch);
    CHECK(lines[i]["lr_g"].get<double>() == 2.5 / std::pow(2.0, static_cast<double>(i)));
  }
  CHECK(read_config(runs.path() / "a" / "config.toml").lr ==
        5.0 / std::pow(2.0, static_cast<double>(record.rollbacks.size())));
  CHECK_THAT(listener.warnings.front(), ContainsSubstring("training diverged: epoch "));
  // Each epoch of the run as it went in the end, once.
  const auto epochs = runs.lines("a", "");
  REQUIRE(epochs.size() == 180);
  for (std::size_t i = 0; i < 180; ++i) CHECK(epochs[i]["epoch"] == i + 1);
  // It goes on as any other run.
  RunRequest longer = runs.resume("a");
  longer.config.epochs = 182;
  longer.given = {"epochs"};
  CHECK(run_training(longer).epochs == 182);
  CHECK(record_of(runs, "a").rollbacks.size() == record.rollbacks.size());
}

TEST_CASE("after three rollbacks a breakdown ends the run, and its resume too", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest request = rising(runs, "a", 180);
  request.config.lr = 1e10;
  request.config.warmup = 0;
  const auto breaks_down = [](const RunRequest& of) {
    try {
      (void)run_training(of);
    } catch (const Error& error) {
      return error.code() == ErrorCode::diverged;
    }
    return false;
  };
  CHECK(breaks_down(request));
  CHECK(record_of(runs, "a").rollbacks.size() == most_rollbacks);
  CHECK(runs.lines("a", "rollback").size() == most_rollbacks);
  CHECK(breaks_down(runs.resume("a")));
  CHECK(record_of(runs, "a").rollbacks.size() == most_rollbacks);
}

TEST_CASE("a run that is finite but far from its best ends as one that is not", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest request = rising(runs, "a", 180);
  request.config.on_divergence = DivergenceKind::stop;
  try {
    (void)run_training(request);
    FAIL("the run did not end");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::diverged);
    CHECK_THAT(error.what(), ContainsSubstring("the loss is") && ContainsSubstring("--resume") &&
                                 ContainsSubstring("--lr 0.5"));
  }
  REQUIRE(runs.lines("a", "alarm").size() == 1);
  CHECK(runs.lines("a", "alarm")[0]["alarm"] == "divergence");
}

TEST_CASE("a breakdown by NaN is in metrics.jsonl, and stays there", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest request = runs.request("a", 180);
  request.config.evaluate_every = 0;
  request.config.lr = 1e30;
  CHECK_THROWS_WITH(run_training(request), ContainsSubstring("NaN or Inf"));
  const auto told = runs.lines("a", "diverged");
  REQUIRE(told.size() == 1);
  CHECK(told[0]["epoch"].get<std::uint64_t>() > 0);
  CHECK_THAT(told[0]["text"].get<std::string>(), ContainsSubstring("NaN or Inf"));
  // A resume with other settings is another way on, which takes nothing of it back.
  RunRequest again = runs.resume("a");
  again.config.epochs = 5;
  again.config.lr = 1e-4;
  again.given = {"epochs", "lr"};
  (void)run_training(again);
  CHECK(runs.lines("a", "diverged").size() == 1);
}

TEST_CASE("alarms of epochs that a run went back from stay in its log", "[engine][run]") {
  const MeasuredRuns runs;
  const RunResult result = run_training(rising(runs, "a", 180));
  const auto alarms = runs.lines("a", "alarm");
  const auto rollbacks = runs.lines("a", "rollback");
  REQUIRE_FALSE(rollbacks.empty());
  REQUIRE(alarms.size() >= rollbacks.size());
  CHECK(alarms[0]["epoch"].get<std::uint64_t>() > alarms[0]["superseded"].get<std::uint64_t>());
  CHECK(result.alarms.size() == alarms.size());
  RunRequest longer = runs.resume("a");
  longer.config.epochs = 182;
  longer.given = {"epochs"};
  CHECK(run_training(longer).alarms.size() == alarms.size());
  CHECK(runs.lines("a", "alarm") == alarms);
}

TEST_CASE("advice after a breakdown names older checkpoints where there are any", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest request = runs.request("a", 180);
  request.config.evaluate_every = 0;
  request.config.lr = 1e30;
  CHECK_THROWS_WITH(run_training(request), !ContainsSubstring("older checkpoint"));
}
