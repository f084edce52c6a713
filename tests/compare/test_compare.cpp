// Comparisons in the library: models that diverge, data of floats and of curves.
#include "engine/compare/compare.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/base/error.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/run/run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

/// A folder with bars and with waves of 32 values in it.
struct Place {
  TempDir folder;

  Place() {
    const Trials bars = bar_images();
    NpyWriter images(path("bars.npy"), ValueType::u8, {bars.count, 6, 6});
    images.append(std::span<const std::uint8_t>(std::get<0>(bars.values)));
    images.finish();
    std::vector<float> waves;
    for (int n = 0; n < 150; ++n) {
      for (int i = 0; i < 32; ++i) {
        waves.push_back(5.0F * std::sin(0.2F * static_cast<float>(i * (1 + n % 3) + n)));
      }
    }
    NpyWriter curves(path("waves.npy"), ValueType::f32, {150, 1, 32});
    curves.append(std::span<const float>(waves));
    curves.finish();
  }

  fs::path path(const char* name) const { return folder.path() / name; }

  CompareRequest request(const char* data, const std::vector<std::string>& models) const {
    CompareRequest made;
    made.data = path(data).string();
    made.models = models;
    made.epochs = 5;
    made.out = path("c");
    made.batch = 16;
    made.device = "cpu";
    made.threads = 1;
    made.count = 50;
    return made;
  }
};

void diverge(const std::string&, TrainConfig& config) { config.lr = 1e30; }

}  // namespace

TEST_CASE("compare: a model that diverges is a row, the others go on", "[engine][run]") {
  const Place place;
  CompareRequest request = place.request("bars.npy", {"gan", "ae"});
  request.adjust = [](const std::string& model, TrainConfig& config) {
    if (model == "gan") diverge(model, config);
  };
  const Comparison found = compare(request);
  REQUIRE(found.models.size() == 2);
  CHECK_THAT(found.models[0].failure, ContainsSubstring("training diverged: epoch "));
  CHECK(found.models[0].epochs < 5);
  CHECK_FALSE(found.models[0].quality);
  CHECK(found.models[1].failure.empty());
  REQUIRE(found.models[1].quality);
  REQUIRE(found.models[1].reconstruction);
  // Pixels count from 0 to 1.
  CHECK(*found.models[1].reconstruction < 1.0);
  CHECK(fs::exists(place.path("c") / "comparison.png"));
}

TEST_CASE("compare: where every model diverges, the comparison has", "[engine][run]") {
  const Place place;
  CompareRequest request = place.request("bars.npy", {"gan"});
  request.adjust = diverge;
  try {
    (void)compare(request);
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::diverged);
    CHECK_THAT(error.what(), ContainsSubstring("comparison.md"));
  }
  CHECK(fs::exists(place.path("c") / "comparison.md"));
}

TEST_CASE("compare: rates that fall have as many epochs as the time allows", "[engine][run]") {
  const Place place;
  CompareRequest request = place.request("bars.npy", {"gan"});
  request.epochs = 0;
  request.minutes = 0.02;
  request.adjust = [](const std::string&, TrainConfig& config) {
    config.lr_schedule = vgan::ScheduleKind::linear;
  };
  const Comparison found = compare(request);
  REQUIRE(found.models.size() == 1);
  CHECK(found.models[0].epochs > 1);
  const TrainConfig config = read_config(place.path("c") / "gan" / "config.toml");
  CHECK(config.lr_schedule == vgan::ScheduleKind::linear);
  CHECK(config.epochs < 1000000);
}

TEST_CASE("compare: a run by the clock says how long it was", "[engine][run]") {
  const Place place;
  CompareRequest request = place.request("bars.npy", {"ae"});
  request.minutes = 0.003;
  const Comparison found = compare(request);
  REQUIRE(found.models.size() == 1);
  const std::uint64_t epochs = found.models[0].epochs;
  const fs::path run = place.path("c") / "ae";
  CHECK(read_config(run / "config.toml").epochs == epochs);
  const Checkpoint last = load_newest(run / "checkpoints").checkpoint;
  CHECK(last.metadata.at("epoch") == std::to_string(epochs));
  CHECK_THAT(last.metadata.at("config"),
             ContainsSubstring("\"epochs\":" + std::to_string(epochs) + ","));
  RunRequest resume;
  resume.resume = true;
  resume.resume_from = run;
  resume.stop_requested = [] { return true; };  // not after 1e9 epochs
  CHECK_THROWS_WITH(run_training(resume), ContainsSubstring("nothing left to train"));
}

TEST_CASE("compare: what one model cannot do names the model", "[engine][run]") {
  const Place place;
  const auto refusal = [&](const CompareRequest& request) {
    try {
      (void)compare(request);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_config);
      return std::string(error.what());
    }
    return std::string();
  };
  CompareRequest listed = place.request("bars.npy", {"gan", "conv"});
  listed.adjust = [](const std::string& model, TrainConfig& config) {
    if (model == "conv") config.g_net = "dense:5x5x8";
  };
  const std::string sides = refusal(listed);
  CHECK_THAT(sides, ContainsSubstring("model conv: g-net: found an image of 5 x 5 at its end") &&
                        ContainsSubstring("; leave it out of --models"));
  // Nothing was begun.
  CHECK_FALSE(fs::exists(place.path("c")));
  // What all models share is no model's fault.
  CompareRequest request = place.request("bars.npy", {"gan"});
  request.epochs = 0;
  try {
    (void)compare(request);
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("bad setting: epochs: found 0"));
  }
}

TEST_CASE("compare: convolutions take sides that do not halve", "[engine][run][long]") {
  const Place place;
  const Trials bars = bar_images();
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{bars.count, 6, 6}, {bars.count, 4, 9}, {bars.count, 3, 12}}) {
    INFO(shape[1] << " x " << shape[2]);
    NpyWriter images(place.path("sides.npy"), ValueType::u8, shape);
    images.append(std::span<const std::uint8_t>(std::get<0>(bars.values)));
    images.finish();
    CompareRequest request = place.request("sides.npy", {"conv", "conv1d"});
    request.epochs = 2;
    request.out = place.path(("c" + std::to_string(shape[1])).c_str());
    const Comparison found = compare(request);
    REQUIRE(found.models.size() == 2);
    for (const ComparedModel& model : found.models) {
      INFO(model.name);
      CHECK(model.failure.empty());
      CHECK(model.quality);
    }
  }
}

TEST_CASE("compare: curves of floats, in their own unit", "[engine][run]") {
  const Place place;
  const Comparison found = compare(place.request("waves.npy", {"conv1d", "vae"}));
  CHECK_FALSE(found.pixels_are_bytes);
  CHECK_THAT(found.space, ContainsSubstring("principal component"));
  REQUIRE(found.models.size() == 2);
  for (const ComparedModel& model : found.models) {
    INFO(model.name);
    REQUIRE(model.quality);
    // Waves of amplitude 5 have a variance of 12.5 times 32 values; the models' are not far beyond.
    REQUIRE(model.quality->find("frechet") != nullptr);
    CHECK(model.quality->find("frechet")->samples->value > 1.0);
    CHECK(model.quality->find("frechet")->samples->value < 5000.0);
    CHECK(model.quality->find("spectrum") != nullptr);
    CHECK(model.quality->classes.empty());
  }
  const auto floor = std::find_if(found.floors.begin(), found.floors.end(),
                                  [](const Measure& one) { return one.name == "frechet"; });
  REQUIRE(floor != found.floors.end());
  CHECK(floor->real->value < found.models[0].quality->find("frechet")->samples->value);
  CHECK(fs::exists(place.path("c") / "comparison.png"));
  CHECK(fs::exists(place.path("c") / "vae-reconstructions.png"));
}
