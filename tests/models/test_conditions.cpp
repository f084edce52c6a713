// Classes and vectors that G and D are told: their distribution, their place in checkpoints, and
// runs that go on with others.
#include "engine/models/conditions.hpp"

#include <cmath>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/train/trainer.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/condition_rows.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/same_tensors.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr math::Purpose purpose = math::Purpose::sample;

}  // namespace

TEST_CASE("classes are drawn as they are in the data", "[engine][conditions]") {
  // 0: a half, 1: none, 2: an eighth, 3: three eighths.
  const ConditionModel model(of_classes(), labelled({0, 3, 0, 2, 0, 3, 0, 3}));
  REQUIRE((model.classes() && model.size() == 4));
  constexpr std::int64_t count = 8000;
  const ConditionFill drawn = model.drawn(5, purpose);
  const auto rows = filled(drawn, 0, count, 4);
  double shares[4] = {};
  for (const int label : classes_of(rows, 4)) shares[label] += 1.0 / count;
  // Five standard deviations of a share of one half.
  for (const auto& [label, share] : {std::pair{0, 0.5}, {1, 0.0}, {2, 0.125}, {3, 0.375}}) {
    CHECK(std::fabs(shares[label] - share) < 5.0 * std::sqrt(0.25 / count));
  }
  CHECK(shares[1] == 0.0);

  // Sample n has its class, whatever it is asked for with.
  const auto part = filled(drawn, 100, 7, 4);
  CHECK(std::equal(part.begin(), part.end(), rows.begin() + 400));
  CHECK(filled(model.drawn(5, purpose), 0, 50, 4) == filled(drawn, 0, 50, 4));
  CHECK(filled(model.drawn(6, purpose), 0, 50, 4) != filled(drawn, 0, 50, 4));
  CHECK(filled(model.drawn(5, math::Purpose::preview), 0, 50, 4) != filled(drawn, 0, 50, 4));
}

TEST_CASE("classes come in turn, or one for all", "[engine][conditions]") {
  const ConditionModel model(of_classes(), labelled({0, 1, 2, 2}));
  CHECK(classes_of(filled(model.in_turn(2), 0, 8, 3), 3) ==
        std::vector<int>{0, 0, 1, 1, 2, 2, 0, 0});
  CHECK(classes_of(filled(model.in_turn(2), 3, 3, 3), 3) == std::vector<int>{1, 2, 2});
  CHECK(classes_of(filled(model.of_class(1), 77, 3, 3), 3) == std::vector<int>{1, 1, 1});
  for (const std::int64_t label : {std::int64_t{-1}, std::int64_t{3}, std::int64_t{1} << 40}) {
    const Outcome outcome = outcome_of([&] { (void)model.of_class(label); });
    CHECK(outcome.code == 78);
    CHECK_THAT(outcome.message, ContainsSubstring("label") && ContainsSubstring("0 to 2"));
  }
  CHECK_THAT(outcome_of([] { (void)ConditionModel().of_class(0); }).message,
             ContainsSubstring("--conditional"));
}

TEST_CASE("a class for each trial is a row of the data", "[engine][conditions]") {
  const Trials images = labelled({2, 0, 1});
  const ConditionModel model(of_classes(), images);
  CHECK(model.one_hot(images) == std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 0, 1, 0});
  CHECK(ConditionModel(of_vectors(), slopes_with_vectors(2, 2)).one_hot(images).empty());
}

TEST_CASE("vectors are drawn from the data, come in turn, or are given", "[engine][conditions]") {
  const Trials images = slopes_with_vectors(2, 2, 1, 3000);
  const ConditionModel model(of_vectors(), images);
  REQUIRE((!model.classes() && model.size() == 2));
  // Evenly from all of the data: the last third is there.
  const auto rows = filled(model.in_turn(1), 0, ConditionModel::most_rows, 2);
  const std::vector<float> all = model.standardised(images.conditions);
  CHECK(rows[0] == all[0]);
  CHECK(rows[2 * 1000] == all[2 * (1000 * 3000 / 1024)]);
  CHECK(filled(model.in_turn(1), ConditionModel::most_rows, 5, 2) ==
        std::vector<float>(rows.begin(), rows.begin() + 10));
  const auto drawn = filled(model.drawn(1, purpose), 0, 2000, 2);
  double mean = 0.0, wanted = 0.0;
  for (std::size_t i = 1; i < drawn.size(); i += 2) mean += drawn[i] / 2000.0;
  for (std::size_t i = 1; i < all.size(); i += 2) wanted += all[i] / 3000.0;
  CHECK(mean == Approx(wanted).margin(0.2));  // a deviation of 1 over the root of 2000: 0.022

  const ConditionFill given = model.given({1, 2, 3, 4}, 2);
  CHECK(filled(given, 0, 3, 2) == model.standardised({1, 2, 3, 4, 1, 2}));
  CHECK(filled(given, 3, 1, 2) == model.standardised({3, 4}));
  for (const std::int64_t size : {1, 3}) {
    const Outcome outcome = outcome_of([&] { (void)model.given({1, 2, 3}, size); });
    CHECK(outcome.code == 78);
    CHECK_THAT(outcome.message, ContainsSubstring("2 numbers each"));
  }
  CHECK(outcome_of([&] { (void)model.given({}, 2); }).code == 78);
  CHECK(outcome_of([] { (void)ConditionModel().given({1}, 1); }).code == 78);
}

TEST_CASE("data that no condition can be made of are refused", "[engine][conditions]") {
  const auto refused = [](const TrainConfig& config, const Trials& images) {
    const Outcome outcome = outcome_of([&] { const ConditionModel model(config, images); });
    CHECK((outcome.code == 78 || outcome.code == 65));
    return outcome.message;
  };
  CHECK_THAT(refused(of_classes(), labelled({})), ContainsSubstring("no labels"));
  CHECK_THAT(refused(of_classes(), labelled({0, 4096})), ContainsSubstring("0 to 4095"));
  CHECK_THAT(refused(of_classes(), labelled({0, std::numeric_limits<std::int32_t>::max()})),
             ContainsSubstring("0 to 4095"));
  const Outcome outcome = outcome_of([] {
    const ConditionModel model(of_classes(), labelled({0, 1, -1, -2}));
  });
  CHECK(outcome.code == 65);
  CHECK_THAT(outcome.message, ContainsSubstring("class -1 in row 2"));
  Trials images = slopes(2, 2, 1, 4);
  CHECK_THAT(refused(of_vectors(), images), ContainsSubstring("one vector for each trial"));
  images.condition_size = 4097;
  images.conditions.assign(4 * 4097, 0.0F);
  CHECK_THAT(refused(of_vectors(), images), ContainsSubstring("up to 4096"));
}

TEST_CASE("conditions go through a checkpoint", "[engine][conditions]") {
  for (const TrainConfig& config : {of_classes(), of_vectors()}) {
    const ConditionModel model(config, slopes_with_vectors(2, 2, 1, 30));
    Checkpoint saved;
    model.save(saved);
    CHECK(saved.tensors.size() == (config.conditional ? 1 : 3));
    const ConditionModel back = ConditionModel::load(saved, "here");
    CHECK((back.size() == model.size() && back.classes() == model.classes()));
    CHECK(filled(back.drawn(3, purpose), 0, 40, back.size()) ==
          filled(model.drawn(3, purpose), 0, 40, model.size()));
  }
  Checkpoint none;
  ConditionModel().save(none);
  CHECK(none.tensors.empty());
  CHECK(ConditionModel::load(none, "here").size() == 0);
}

TEST_CASE("hostile conditions in a checkpoint are bad data", "[engine][conditions]") {
  const auto refused = [](const std::string& name, const CheckpointTensor& tensor) {
    Checkpoint bad;
    bad.tensors["conditions.mean"] = tensor_of({2}, {0, 0});
    bad.tensors["conditions.deviation"] = tensor_of({2}, {1, 1});
    bad.tensors["conditions." + name] = tensor;
    if (name != "shares") bad.tensors.try_emplace("conditions.rows", tensor_of({1, 2}, {5, 6}));
    const Outcome outcome = outcome_of([&] { (void)ConditionModel::load(bad, "the file"); });
    CHECK(outcome.code == 65);
    CHECK_THAT(outcome.message, ContainsSubstring("the file, tensor conditions." + name) ||
                                    ContainsSubstring("both"));
  };
  const float nan = std::nanf("");
  const float inf = std::numeric_limits<float>::infinity();
  refused("shares", tensor_of({}, {1.0F}));
  refused("shares", tensor_of({0}, {}));
  refused("shares", tensor_of({1, 1}, {1.0F}));
  refused("shares", tensor_of({4097}, std::vector<float>(4097, 1.0F / 4097.0F)));
  refused("shares", tensor_of({2}, {nan, 1.0F}));
  refused("shares", tensor_of({2}, {inf, 0.0F}));
  refused("shares", tensor_of({2}, {1.5F, -0.5F}));
  refused("shares", tensor_of({2}, {0.0F, 0.0F}));
  refused("shares", tensor_of({2}, {3e38F, 3e38F}));
  refused("rows", tensor_of({4}, {1, 2, 3, 4}));
  refused("rows", tensor_of({0, 4}, {}));
  refused("rows", tensor_of({4, 0}, {}));
  refused("rows", tensor_of({1, 4097}, std::vector<float>(4097, 0.0F)));
  refused("rows", tensor_of({1025, 1}, std::vector<float>(1025, 0.0F)));
  refused("rows", tensor_of({2, 2}, {1, 2, nan, 4}));
  for (const char* scale : {"mean", "deviation"}) {
    refused(scale, tensor_of({}, {1}));
    refused(scale, tensor_of({1}, {1}));
    refused(scale, tensor_of({1, 2}, {1, 1}));
    refused(scale, tensor_of({3}, {1, 1, 1}));
    refused(scale, tensor_of({2}, {nan, 1}));
    refused(scale, tensor_of({2}, {1, inf}));
  }
  refused("deviation", tensor_of({2}, {1, 0}));
  refused("deviation", tensor_of({2}, {-1, 1}));
  for (const std::size_t numbers : {0, 1, 3}) {  // of a caller: other bytes than the shape says
    refused("shares", tensor_of({2}, std::vector<float>(numbers, 1.0F)));
    refused("rows", tensor_of({1, 2}, std::vector<float>(numbers, 1.0F)));
    refused("mean", tensor_of({2}, std::vector<float>(numbers, 1.0F)));
  }
  CheckpointTensor bytes = tensor_of({4}, {1});
  bytes.type = TensorType::u8;
  refused("shares", bytes);
}

TEST_CASE("a model is held against the conditions in its file", "[engine][conditions]") {
  const Trials images = slopes(4, 4);
  Trainer classes(of_classes(), images);
  Trainer vectors(of_vectors(), slopes_with_vectors(4, 4));
  const Checkpoint of_class = classes.checkpoint();
  const Checkpoint of_vector = vectors.checkpoint();
  CHECK(read_model(of_class, "good").conditions.size() == 3);
  CHECK(read_model(of_vector, "good").conditions.size() == 2);
  const auto refused = [](Checkpoint bad) {
    CHECK(outcome_of([&] { (void)read_model(bad, "bad"); }).code == 65);
  };
  Checkpoint bad = of_class;
  bad.tensors.erase("conditions.shares");
  refused(bad);
  bad.tensors["conditions.rows"] = tensor_of({1, 3}, {1, 2, 3});  // vectors for classes
  refused(bad);
  bad = of_class;
  bad.tensors["conditions.rows"] = tensor_of({1, 3}, {1, 2, 3});  // both
  refused(bad);
  bad = of_class;
  bad.tensors["conditions.shares"] = tensor_of({4}, {0.25F, 0.25F, 0.25F, 0.25F});
  refused(bad);
  bad = of_vector;
  bad.tensors["conditions.rows"] = tensor_of({1, 1}, {1});
  refused(bad);
  for (const char* scale : {"conditions.mean", "conditions.deviation"}) {
    bad = of_vector;
    bad.tensors.erase(scale);
    refused(bad);
  }
  Trainer plain(plain_config(), images);
  bad = plain.checkpoint();
  bad.tensors["conditions.shares"] = tensor_of({2}, {0.5F, 0.5F});
  refused(bad);
}

TEST_CASE("a conditional run goes on with its own conditions only", "[engine][conditions]") {
  const Trials images = slopes(4, 4);
  Trials other_labels = images;
  std::swap(other_labels.labels[0], other_labels.labels[1]);  // as many of each
  const Trials vectors_too = slopes_with_vectors(4, 4);
  Trials other_vectors = vectors_too;
  other_vectors.conditions.back() += 1.0F;
  Trials vectors_and_other_labels = vectors_too;
  vectors_and_other_labels.labels = other_labels.labels;
  const auto resumed = [&](const TrainConfig& config, const Trials& now) {
    Trainer first(config, config.conditions.empty() ? images : vectors_too);
    (void)first.train_epoch();
    Trainer second(config, now);
    return outcome_of([&] { second.restore(first.checkpoint()); });
  };
  for (const TrainConfig& config : {plain_config(), of_classes()}) {
    CHECK(resumed(config, images).code == 0);
  }
  CHECK(resumed(of_vectors(), vectors_too).code == 0);
  // What a run does not see may change.
  CHECK(resumed(plain_config(), other_labels).code == 0);
  CHECK(resumed(of_vectors(), vectors_and_other_labels).code == 0);
  const Outcome labels = resumed(of_classes(), other_labels);
  CHECK(labels.code == 65);
  CHECK_THAT(labels.message, ContainsSubstring("labels") && ContainsSubstring("--labels"));
  const Outcome vectors = resumed(of_vectors(), other_vectors);
  CHECK(vectors.code == 65);
  CHECK_THAT(vectors.message, ContainsSubstring("--conditions"));
}

TEST_CASE("samples of a trainer follow the conditions", "[engine][conditions]") {
  TrainConfig config = of_classes();
  config.lr = 1e-2;
  Trainer trainer(config, slopes(4, 4));
  for (int i = 0; i < 3; ++i) (void)trainer.train_epoch();
  const auto in_turn = trainer.sample(6, 1, 2);
  CHECK(in_turn == trainer.sample(6, 1, 2));
  CHECK(in_turn != trainer.sample(6, 1));
  CHECK(trainer.preview(6, 2) != trainer.preview(6, 3));
  CHECK(trainer.sample(600, 1).size() == 600 * 16);
  const auto many = trainer.sample(600, 1);
  CHECK(trainer.sample(300, 1) == std::vector<float>(many.begin(), many.begin() + 300 * 16));
}
