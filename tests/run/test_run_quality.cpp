// Measures on the way: they change no number of training, a resume takes them up, the best
// checkpoint stays, and a run ends where it was told to.
#include "engine/run/run_quality.hpp"

#include "engine/base/error.hpp"
#include "engine/data/held_out.hpp"
#include "engine/generate/generate.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/run/evaluation_schedule.hpp"
#include "engine/run/run_record.hpp"
#include "tests/run/measured_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/same_tensors.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

std::string refusal(const RunRequest& request) {
  try {
    (void)run_training(request);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_config);
    return error.what();
  }
  return "not refused";
}

RunRequest measured(const MeasuredRuns& runs, const std::string& out, std::uint64_t epochs = 30) {
  RunRequest request = runs.request(out, epochs);
  request.config.evaluate_every = 10;
  return request;
}

}  // namespace

TEST_CASE("training does not depend on whether samples are measured", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest blind = runs.request("blind", 30);
  blind.config.evaluate_every = 0;
  (void)run_training(blind);
  (void)run_training(measured(runs, "measured"));
  CHECK(same_tensors(runs.newest("blind"), runs.newest("measured")));
  auto before = runs.lines("blind", ""), after = runs.lines("measured", "");
  REQUIRE(before.size() == 30);
  REQUIRE(after.size() == 30);
  for (std::size_t i = 0; i < 30; ++i) {
    before[i].erase("seconds");
    after[i].erase("seconds");
    CHECK(before[i] == after[i]);
  }
  CHECK(runs.lines("blind", "evaluation").empty());
}

TEST_CASE("measures, and their floors once, are in metrics.jsonl", "[engine][run]") {
  const MeasuredRuns runs;
  Listener listener;
  RunRequest request = measured(runs, "a", 25);
  request.observer = &listener;
  const RunResult result = run_training(request);
  const auto floors = runs.lines("a", "floors");
  REQUIRE(floors.size() == 1);
  CHECK(floors[0]["epoch"] == 10);
  CHECK(floors[0]["space"].is_string());
  CHECK(floors[0]["frechet"]["real"].get<double>() <
        floors[0]["frechet"]["resampled"].get<double>());
  const auto evaluations = runs.lines("a", "evaluation");
  REQUIRE(evaluations.size() == 3);
  CHECK(evaluations[0]["epoch"] == 10);
  CHECK(evaluations[2]["epoch"] == 25);  // the last, whatever N is
  REQUIRE(listener.evaluations.size() == 3);
  REQUIRE(result.quality);
  CHECK(result.quality->measure == "frechet");
  CHECK(result.quality->value == evaluations[2]["frechet"].get<double>());
  double best = 1e300;
  for (const auto& one : evaluations) best = std::min(best, one["frechet"].get<double>());
  CHECK(result.best->value == best);
}

TEST_CASE("a resumed run takes up what was measured before", "[engine][run]") {
  const MeasuredRuns runs;
  (void)run_training(measured(runs, "whole", 40));
  RunRequest first = measured(runs, "parts", 40);
  std::uint64_t asked = 0;
  first.stop_requested = [&] { return ++asked >= 25; };
  CHECK(run_training(first).stopped);
  const RunResult result = run_training(runs.resume("parts"));
  CHECK(result.epochs == 40);
  CHECK(runs.lines("parts", "floors").size() == 1);
  CHECK(runs.lines("parts", "evaluation") == runs.lines("whole", "evaluation"));
  CHECK(same_tensors(runs.newest("parts"), runs.newest("whole")));
  CHECK(result.best_epoch > 0);
}

TEST_CASE("the best checkpoint is kept beside the newest, and found", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest request = measured(runs, "a", 60);
  request.config.keep = 1;
  request.config.lr = 0.02;  // so that the best is not the last
  request.config.r1 = 0.0;
  const RunResult result = run_training(request);
  REQUIRE(result.best);
  const std::vector<std::uint64_t> kept = runs.checkpoints("a");
  CHECK(kept.back() == 60);
  CHECK(std::find(kept.begin(), kept.end(), result.best_epoch) != kept.end());
  CHECK(kept.size() <= 2);
  const LoadedCheckpoint best = load_chosen(runs.path() / "a", WhichCheckpoint::best);
  const auto quality = quality_of(best.checkpoint.metadata);
  REQUIRE(quality);
  CHECK(quality->value <= result.best->value * (1.0 + as_good_margin));
  const auto newest = load_chosen(runs.path() / "a", WhichCheckpoint::newest);
  CHECK(newest.checkpoint.metadata.at("epoch") == "60");
  // samples.npy is what generate draws.
  REQUIRE(best.checkpoint.metadata.at("epoch") != "60");
  CHECK(result.samples_epoch == metadata_number(best.checkpoint, "epoch"));
  GenerateRequest generation;
  generation.model = runs.path() / "a";
  generation.count = 1000;
  generation.seed = request.config.seed;
  generation.device = "cpu";
  generation.out = (runs.path() / "drawn.npy").string();
  (void)generate(generation);
  const auto pixels = [](const fs::path& file) {
    return std::get<std::vector<std::uint8_t>>(read_npy_trials(file).values);
  };
  const auto own = pixels(runs.path() / "a" / "samples.npy"),
             drawn = pixels(runs.path() / "drawn.npy");
  REQUIRE(own.size() == drawn.size());
  int farthest = 0;  // one step where a value lies at the border of two bytes, rounded by two ways
  for (std::size_t i = 0; i < own.size(); ++i) {
    farthest = std::max(farthest, std::abs(own[i] - drawn[i]));
  }
  CHECK(farthest <= 1);
}

TEST_CASE("a run ends where stop-when says, and is done", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest request = measured(runs, "a", 100);
  request.config.stop_when = "frechet<1e9";
  const RunResult result = run_training(request);
  CHECK(result.epochs == 10);
  CHECK_FALSE(result.stopped);
  CHECK_THAT(result.stop_reason, ContainsSubstring("is below 1"));
  CHECK(fs::exists(runs.path() / "a" / "samples.npy"));
  CHECK(runs.lines("a", "done").size() == 1);
  CHECK_THAT(refusal(runs.resume("a")), ContainsSubstring("nothing left to train"));
  RunRequest longer = runs.resume("a");
  longer.config.epochs = 15;
  longer.config.stop_when = "";
  longer.given = {"epochs", "stop-when"};
  CHECK(run_training(longer).epochs == 15);

  RunRequest still = measured(runs, "b", 100);
  still.config.stop_when = "plateau:2";
  still.config.lr = 1e-9;
  CHECK(run_training(still).epochs == 30);
  // The end that is past does not end the way on at its first evaluation.
  RunRequest on = runs.resume("b");
  on.config.epochs = 100;
  on.given = {"epochs"};
  CHECK(run_training(on).epochs == 50);
}

TEST_CASE("stop-when judges a resumed run as one that was never stopped", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest whole = measured(runs, "whole", 100);
  whole.config.stop_when = "plateau:3";
  whole.config.lr = 1e-9;
  const std::uint64_t end = run_training(whole).epochs;
  RunRequest first = whole;
  first.config.out = (runs.path() / "parts").string();
  std::uint64_t asked = 0;
  first.stop_requested = [&] { return ++asked >= 25; };
  CHECK(run_training(first).stopped);
  CHECK(run_training(runs.resume("parts")).epochs == end);
}

TEST_CASE("what cannot be measured is refused before training", "[engine][run]") {
  const MeasuredRuns runs;
  RunRequest none = measured(runs, "a");
  none.config.hold_out = 0.0;
  CHECK_THAT(refusal(none), ContainsSubstring("evaluate-every") &&
                                ContainsSubstring("0 trials held out") &&
                                ContainsSubstring("--hold-out 0.1"));
  none.config.evaluate_every.reset();
  none.config.stop_when = "plateau";
  CHECK_THAT(refusal(none), ContainsSubstring("stop-when"));
  RunRequest unknown = measured(runs, "a");
  unknown.config.stop_when = "fid<5";
  CHECK_THAT(refusal(unknown), ContainsSubstring("stop-when") && ContainsSubstring("frechet"));
  RunRequest brief = runs.request("a", 30);
  brief.config.stop_when = "plateau";
  CHECK_THAT(refusal(brief), ContainsSubstring("--evaluate-every N"));
  // A refused run may be started again where it was refused.
  CHECK(run_training(measured(runs, "a")).epochs == 30);
}

TEST_CASE("a tenth of the images is held out by itself, and told of", "[engine][run]") {
  const MeasuredRuns runs;
  Listener listener;
  RunRequest request = runs.request("a", 3);
  request.observer = &listener;
  (void)run_training(request);
  Trials bars = bar_images(240);
  bars.labels.clear();
  const SplitTrials split = split_trials(bars, 24, HoldOutPart::random, request.config.seed);
  CHECK(runs.newest("a").metadata.at("data") == split.training.fingerprint());
  REQUIRE(listener.notes.size() == 1);
  CHECK_THAT(listener.notes[0],
             ContainsSubstring("held out 24 trials of 240") && ContainsSubstring("--hold-out 0"));
  CHECK(read_config(runs.path() / "a" / "config.toml").hold_out == 0.1);
  RunRequest longer = runs.resume("a");
  longer.config.epochs = 5;
  longer.given = {"epochs"};
  CHECK(run_training(longer).epochs == 5);
}

TEST_CASE("how often a run is measured follows from its sizes alone", "[engine][run]") {
  RunSize mnist{10000, 128, 2'090'000, 784, 54000};
  const std::uint64_t every = automatic_evaluation(mnist);
  CHECK(every == 5000);
  RunSize convolutions = mnist;
  convolutions.multiplications = 15'000'000;  // each weight at many positions
  CHECK(automatic_evaluation(convolutions) == 500);
  mnist.epochs = 100;
  CHECK(automatic_evaluation(mnist) == 0);  // too short to pay for one
  mnist.epochs = 1'000'000;
  CHECK(automatic_evaluation(mnist) == 50000);  // twenty at most
  RunSize table{3000, 256, 600'000, 20, 10000, false};
  CHECK(automatic_evaluation(table) > 0);
  CHECK(automatic_evaluation({30, 16, 3000, 36, 216}) == 0);
}

TEST_CASE("a run from another's weights says where it holds out what these have seen",
          "[engine][run]") {
  const MeasuredRuns runs;
  (void)run_training(runs.request("a", 3));
  const auto flagged = [&](const std::string& out, std::uint64_t seed) {
    Listener listener;
    RunRequest request = runs.request(out, 3);
    request.from = runs.path() / "a";
    request.config.seed = seed;
    request.given = {"seed"};
    request.observer = &listener;
    (void)run_training(request);
    const auto record = RunRecord::load(runs.newest(out), out);
    REQUIRE(record.origin);
    const bool warned = std::any_of(
        listener.warnings.begin(), listener.warnings.end(), [](const std::string& line) {
          return line.find("trials held out are others than those of") != std::string::npos;
        });
    CHECK(warned == record.origin->mixed);
    return warned;
  };
  CHECK_FALSE(flagged("same", small_config().seed));
  CHECK(flagged("other", small_config().seed + 1));
}
