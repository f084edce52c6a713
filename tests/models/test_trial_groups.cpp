// Groups of alike trials: what they are, and what G and D are told of them.
#include "engine/models/trial_groups.hpp"

#include <set>

#include "engine/models/conditions.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/train/trainer.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/condition_rows.hpp"
#include "tests/support/model_runs.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// 2 x 2 images of `kinds` grey levels in turn, 255 / kinds apart, each up to 3 lighter.
Trials greys(std::int64_t count, int kinds) {
  Trials trials = slopes(2, 2, 1, count);
  std::vector<std::uint8_t> pixels;
  for (std::int64_t i = 0; i < count * 4; ++i) {
    const int kind = static_cast<int>(i / 4 % kinds);
    pixels.push_back(static_cast<std::uint8_t>(kind * (255 / kinds) + i * 7 % 4));
  }
  trials.values = std::move(pixels);
  return trials;
}

TrainConfig of_groups(std::int64_t clusters) {
  TrainConfig config = plain_config();
  config.clusters = clusters;
  return config;
}

}  // namespace

TEST_CASE("there are at least a hundred trials for each group", "[engine][groups]") {
  CHECK(group_count(50, greys(199, 2)) == 0);
  CHECK(group_count(50, greys(200, 2)) == 2);
  CHECK(group_count(50, greys(799, 2)) == 7);
  CHECK(group_count(3, greys(799, 2)) == 3);
  CHECK(group_count(1, greys(799, 2)) == 0);
  CHECK(group_count(0, greys(799, 2)) == 0);
  Trials rows = greys(799, 2);
  for (const TrialKind kind : {TrialKind::row, TrialKind::curve}) {
    rows.shape.kind = kind;
    CHECK(group_count(50, rows) == 0);
  }
}

TEST_CASE("alike trials are in one group, others in another", "[engine][groups]") {
  // More trials than groups are fitted to.
  for (const std::int64_t count : {std::int64_t{600}, std::int64_t{9000}}) {
    const std::vector<std::int32_t> groups = trial_groups(greys(count, 3), 3);
    REQUIRE(groups.size() == static_cast<std::size_t>(count));
    CHECK(std::set<std::int32_t>(groups.begin(), groups.end()) == std::set<std::int32_t>{0, 1, 2});
    for (std::size_t i = 3; i < groups.size(); ++i) REQUIRE(groups[i] == groups[i % 3]);
  }
}

TEST_CASE("a group that no trial is near to stays empty", "[engine][groups]") {
  Trials same = greys(300, 1);
  same.values = std::vector<std::uint8_t>(1200, 7);
  const std::vector<std::int32_t> groups = trial_groups(same, 3);
  CHECK(std::set<std::int32_t>(groups.begin(), groups.end()).size() == 1);
}

TEST_CASE("groups are told like classes, and drawn by their shares", "[engine][groups]") {
  const Trials images = greys(800, 4);
  const ConditionModel model(of_groups(4), images);
  REQUIRE((model.groups() && model.classes() && model.size() == 4));
  const std::vector<std::int32_t> groups = trial_groups(images, 4);
  const std::vector<std::uint8_t> told = model.one_hot(images);
  REQUIRE(told.size() == 3200);
  for (std::size_t i = 0; i < 800; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      REQUIRE(told[4 * i + k] == (static_cast<std::size_t>(groups[i]) == k ? 1 : 0));
    }
  }
  const auto purpose = math::Purpose::sample;
  double shares[4] = {};
  for (const int group : classes_of(filled(model.drawn(5, purpose), 0, 8000, 4), 4)) {
    shares[group] += 1.0 / 8000.0;
  }
  for (const double share : shares) CHECK(share == Approx(0.25).margin(0.025));
  // A picture shows them as they are drawn, and classes in rows.
  CHECK(filled(model.shown(10, 5, purpose), 0, 50, 4) == filled(model.drawn(5, purpose), 0, 50, 4));
  const ConditionModel classes(of_classes(), labelled({0, 1, 2, 2}));
  CHECK(filled(classes.shown(2, 5, purpose), 0, 9, 3) == filled(classes.in_turn(2), 0, 9, 3));
}

TEST_CASE("nothing else is told of groups beside what was asked for", "[engine][groups]") {
  Trials images = greys(800, 4);
  images.labels.assign(800, 0);
  images.labels.back() = 2;
  TrainConfig config = of_groups(4);
  config.conditional = true;
  const ConditionModel classes(config, images);
  CHECK((!classes.groups() && classes.size() == 3));
  config.conditional = false;
  config.pack = 2;
  CHECK(ConditionModel(config, images).size() == 0);
  config.pack = 1;
  config.model = ModelKind::vae;
  CHECK(ConditionModel(config, images).size() == 0);
}

TEST_CASE("a model of groups is one after its checkpoint too", "[engine][groups]") {
  const Trials images = greys(400, 4);
  TrainConfig config = of_groups(4);
  config.epochs = 4;
  Trainer trainer(config, images);
  for (int i = 0; i < 2; ++i) trainer.train_epoch();
  const Checkpoint saved = trainer.checkpoint();
  const GeneratorModel model = read_model(saved, "here");
  CHECK((model.conditions.groups() && model.conditions.size() == 4));
  CHECK(trainer.networks().back().second ==
        "which of 4 groups of alike trials one is in (--clusters)");

  Trainer resumed(config, images);
  resumed.restore(saved);
  for (int i = 0; i < 2; ++i) {
    trainer.train_epoch();
    resumed.train_epoch();
  }
  CHECK(trainer.sample(20, 3) == resumed.sample(20, 3));

  config.clusters = 0;
  Trainer without(config, images);
  CHECK(without.networks().size() == 2);
  CHECK(outcome_of([&] { without.restore(saved); }).code != 0);
}
