// What G and D get of condition vectors does not depend on their units; classes may have gaps.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/models/conditions.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/train/trainer.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/condition_rows.hpp"
#include "tests/support/same_tensors.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// Trials with `columns` of numbers, which are conditions.
Trials with_columns(const std::vector<std::vector<float>>& columns) {
  const std::size_t count = columns.front().size();
  Trials images = slopes(4, 4, 1, static_cast<std::int64_t>(count));
  images.condition_size = static_cast<std::int64_t>(columns.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& column : columns) images.conditions.push_back(column[i]);
  }
  return images;
}

/// Weights and moments of the networks alone.
Checkpoint networks_of(Checkpoint checkpoint) {
  std::erase_if(checkpoint.tensors,
                [](const auto& entry) { return entry.first.starts_with("conditions."); });
  return checkpoint;
}

}  // namespace

TEST_CASE("vectors are standardised by the training trials' own", "[engine][conditions]") {
  std::vector<std::vector<float>> columns(5);
  for (int i = 0; i < 700; ++i) {
    const auto wave = static_cast<float>(std::sin(i * 0.7));
    columns[0].push_back(20000.0F + 3000.0F * wave);
    columns[1].push_back(wave * wave * 1e-3F);
    columns[2].push_back(0.1F);  // constant: its sum is rounded
    columns[3].push_back(i % 2 == 0 ? 1000.0F : 1001.0F);
    columns[4].push_back(i % 3 == 0 ? 3e38F : -3e38F);
  }
  const Trials images = with_columns(columns);
  const ConditionModel model(of_vectors(), images);
  const std::vector<float> rows = model.standardised(images.conditions);
  REQUIRE(rows.size() == images.conditions.size());
  for (std::size_t j = 0; j < 5; ++j) {
    long double mean = 0.0L, square = 0.0L;
    for (const float c : columns[j]) mean += static_cast<long double>(c) / 700.0L;
    for (const float c : columns[j]) square += (c - mean) * (c - mean) / 700.0L;
    const long double deviation = j == 2 ? 1.0L : std::sqrt(square);
    for (std::size_t i = 0; i < 700; ++i) {
      // Mean and deviation are kept as floats: half a unit of 20000 is 0.001, of some 2100.
      const double error = std::fabs(static_cast<double>((columns[j][i] - mean) / deviation) -
                                     static_cast<double>(rows[i * 5 + j]));
      CHECK(error <= 2e-6);
    }
  }
  CHECK(std::all_of(columns[2].begin(), columns[2].end(), [&](float) { return rows[2] == 0.0F; }));

  // What is given, drawn and shown is on the same scale, and from one checkpoint the same.
  Checkpoint saved;
  model.save(saved);
  const ConditionModel back = ConditionModel::load(saved, "here");
  const auto given = filled(back.given(images.conditions, 5), 0, 700, 5);
  CHECK(given == rows);
  CHECK(filled(back.in_turn(1), 0, 700, 5) == rows);  // all 700 are kept
  const auto drawn = filled(back.drawn(3, math::Purpose::sample), 0, 50, 5);
  CHECK(std::all_of(drawn.begin(), drawn.end(), [](float c) { return std::fabs(c) < 3.0F; }));
  // The file keeps the user's units.
  CheckpointTensor kept = saved.tensors.at("conditions.rows");
  CHECK(std::memcmp(kept.bytes.data(), images.conditions.data(), kept.bytes.size()) == 0);
}

TEST_CASE("vectors that no float holds once standardised are refused", "[engine][conditions]") {
  const ConditionModel model(of_vectors(), with_columns({{0, 1e-30F, 0, 1e-30F}}));
  CHECK(model.standardised({0.0F})[0] == Approx(-1.0));
  for (const float value : {3e38F, std::nanf(""), std::numeric_limits<float>::infinity()}) {
    const Outcome outcome = outcome_of([&] { (void)model.given({value}, 1); });
    CHECK(outcome.code == 78);
    CHECK_THAT(outcome.message, ContainsSubstring("conditions") && ContainsSubstring("units"));
  }
}

TEST_CASE("the unit of conditions changes no weight and no sample", "[engine][conditions]") {
  for (const char* precision : {"fp32", "bf16"}) {
    for (const bool convolves : {false, true}) {
      INFO(precision << (convolves ? ", projection" : ""));
      TrainConfig config = convolves ? conv_config() : plain_config();
      config.conditional = false;
      config.conditions = "given";
      config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
      const Trials images = slopes_with_vectors(8, 8);
      Trials scaled = images;  // by a power of two, so that nothing is rounded otherwise
      for (float& c : scaled.conditions) c *= 16384.0F;
      Trainer one(config, images), other(config, scaled);
      for (int i = 0; i < 4; ++i) {
        (void)one.train_epoch();
        (void)other.train_epoch();
      }
      CHECK(same_tensors(networks_of(one.checkpoint()), networks_of(other.checkpoint())));
      CHECK(one.sample(20, 1) == other.sample(20, 1));
      CHECK(one.preview(20, 4) == other.preview(20, 4));
    }
  }
}

TEST_CASE("conditions a thousandth apart are told apart in bf16", "[engine][conditions]") {
  TrainConfig config = plain_config();
  config.conditions = "given";
  config.precision = vgan::PrecisionKind::bf16;
  std::vector<float> settings(40, 1000.0F);
  for (std::size_t i = 0; i < settings.size(); i += 2) settings[i] = 1001.0F;
  Trainer trainer(config, with_columns({settings}));
  // Kept rows come in turn: the same noise with 1001 in place of 1000 is another sample.
  const auto in_turn = trainer.sample(2, 1, 1);
  const auto all_1001 = trainer.sample(2, 1, 2);
  CHECK(std::equal(in_turn.begin(), in_turn.begin() + 16, all_1001.begin()));
  CHECK_FALSE(std::equal(in_turn.begin() + 16, in_turn.end(), all_1001.begin() + 16));
}

TEST_CASE("classes without trials are not sampled", "[engine][conditions]") {
  const ConditionModel model(of_classes(), labelled({3, 9, 3, 4, 9, 3}));
  REQUIRE(model.size() == 10);
  CHECK(model.known_classes() == std::vector<std::int64_t>{3, 4, 9});
  CHECK(model.known_text() == "3 to 4, 9");
  CHECK(model.missing_text() == "0 to 2, 5 to 8");
  CHECK(classes_of(filled(model.in_turn(2), 0, 8, 10), 10) ==
        std::vector<int>{3, 3, 4, 4, 9, 9, 3, 3});
  CHECK(classes_of(filled(model.of_class(9), 0, 1, 10), 10) == std::vector<int>{9});
  for (const std::int64_t label : {0, 5, 8}) {
    const Outcome outcome = outcome_of([&] { (void)model.of_class(label); });
    CHECK(outcome.code == 78);
    CHECK_THAT(outcome.message, ContainsSubstring("without training trials") &&
                                    ContainsSubstring("allowed 3 to 4, 9"));
  }
  CHECK_THAT(outcome_of([&] { (void)model.of_class(10); }).message,
             ContainsSubstring("found 10; allowed 3 to 4, 9"));

  Checkpoint saved;
  model.save(saved);
  const ConditionModel back = ConditionModel::load(saved, "here");
  CHECK(back.known_classes() == model.known_classes());
  CHECK(ConditionModel(of_classes(), labelled({0, 1, 2})).missing_text().empty());
  CHECK(ConditionModel(of_vectors(), slopes_with_vectors(2, 2)).missing_text().empty());
}

TEST_CASE("classes are known by their names, in checkpoints too", "[engine][conditions]") {
  Trials images = labelled({0, 2, 2, 0});
  images.class_names = {"cat", "dog", "42"};
  const ConditionModel model(of_classes(), images);
  Checkpoint saved;
  model.save(saved);
  for (const ConditionModel& known : {model, ConditionModel::load(saved, "here")}) {
    CHECK(known.known_text() == "cat, 42");
    CHECK(known.missing_text() == "dog");
    CHECK(known.class_named("cat") == 0);
    CHECK(known.class_named("42") == 2);  // the name comes before the number
    // Where a name is a number, numbers are names.
    CHECK(outcome_of([&] { (void)known.class_named("1"); }).code == 78);
    const Outcome outcome = outcome_of([&] { (void)known.class_named("cart"); });
    CHECK(outcome.code == 78);
    CHECK_THAT(outcome.message, ContainsSubstring("found 'cart'; allowed cat, 42") &&
                                    ContainsSubstring("did you mean 'cat'?"));
  }
  images.class_names = {"cat", "dog", "bird"};
  CHECK(ConditionModel(of_classes(), images).class_named("1") == 1);
  CHECK(outcome_of([&] {
          (void)ConditionModel(of_vectors(), slopes_with_vectors(2, 2)).class_named("cat");
        }).code == 78);
  for (const char* names : {"", "x", "{}", "[]", "[\"cat\"]", "[1,2,3]", "[\"a\",\"b\",null]"}) {
    INFO(names);
    saved.metadata["conditions.names"] = names;
    CHECK(outcome_of([&] { (void)ConditionModel::load(saved, "here"); }).code == 65);
  }
  saved.metadata.erase("conditions.names");
  CHECK(ConditionModel::load(saved, "here").known_text() == "0, 2");
}

TEST_CASE("many gaps between classes are named in one line", "[engine][conditions]") {
  std::vector<std::int32_t> even;
  for (int i = 0; i < 200; i += 2) even.push_back(i);
  const ConditionModel model(of_classes(), labelled(even));
  CHECK(model.known_text() == "0, 2, 4, 6, 8, 10, 12, 14, 16, 18, ..., 198");
}

TEST_CASE("a sample grid has rows of classes with trials", "[engine][conditions]") {
  Trials images = slopes(4, 4);
  for (std::int32_t& label : images.labels) label = label == 0 ? 3 : 200;
  Trainer trainer(of_classes(), images);
  (void)trainer.train_epoch();
  const auto two = trainer.preview(6, 2);  // rows of class 3, 200, 3 again
  const auto one = trainer.preview(6, 1);
  const auto row = [&](const std::vector<std::uint8_t>& all, int n) {
    return std::vector<std::uint8_t>(all.begin() + n * 16, all.begin() + (n + 1) * 16);
  };
  // By sample: 3 3 200 200 3 3 of `two`, 3 200 3 200 3 200 of `one`, of the same noise.
  for (const int n : {0, 3, 4}) CHECK(row(two, n) == row(one, n));
  for (const int n : {1, 2, 5}) CHECK(row(two, n) != row(one, n));
}
