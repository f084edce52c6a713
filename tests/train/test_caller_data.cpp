// What a program hands to the trainer: an array that contradicts itself, or sizes that no memory
// holds, is an error that says so, never a crash, and nothing of it is ignored.
#include <cmath>

#include "engine/models/generator_model.hpp"
#include "engine/train/trainer.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/model_runs.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Outcome trained(const TrainConfig& config, const Trials& images) {
  return outcome_of([&] {
    Trainer trainer(config, images);
    (void)trainer.train_epoch();
  });
}

// `slopes_with_vectors` as floats in 0 to 1.
Trials float_slopes() {
  Trials images = slopes_with_vectors(4, 4);
  std::vector<float> values;
  for (const std::uint8_t pixel : std::get<std::vector<std::uint8_t>>(images.values)) {
    values.push_back(static_cast<float>(pixel) / 255.0F);
  }
  images.values = values;
  images.high = 1.0F;
  return images;
}

TrainConfig vector_config() {
  TrainConfig config = plain_config();
  config.conditions = "given";
  config.threads = 1;
  return config;
}

}  // namespace

TEST_CASE("conditions without the setting are refused, not ignored", "[engine][trainer]") {
  const Trials images = float_slopes();
  CHECK(trained(vector_config(), images).code == 0);
  TrainConfig classes = vector_config();
  classes.conditional = true;
  for (TrainConfig config : {vector_config(), classes}) {
    config.conditions.clear();
    const Outcome outcome = trained(config, images);
    CHECK(outcome.code == 65);
    CHECK_THAT(outcome.message, ContainsSubstring("conditions that nothing would see: slopes") &&
                                    ContainsSubstring("2 numbers"));
  }
}

TEST_CASE("numbers that are none are bad data, not a diverged training", "[engine][trainer]") {
  Trials images = float_slopes();
  std::get<std::vector<float>>(images.values)[7] = std::nanf("");
  Outcome outcome = trained(vector_config(), images);
  CHECK(outcome.code == 65);
  CHECK_THAT(outcome.message, ContainsSubstring("NaN in row 0, column 7 of the trials"));
  images = float_slopes();
  images.conditions[5] = std::nanf("");
  outcome = trained(vector_config(), images);
  CHECK(outcome.code == 65);
  CHECK_THAT(outcome.message, ContainsSubstring("NaN in row 2, column 1 of the conditions"));
  images = float_slopes();
  images.high = 0.5F;
  CHECK(trained(vector_config(), images).code == 65);
}

TEST_CASE("samples beyond any memory are refused", "[engine][trainer]") {
  TrainConfig config = plain_config();
  config.conditional = true;
  config.threads = 1;
  Trainer trainer(config, slopes(4, 4));
  for (const std::uint64_t count : {std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    CHECK(outcome_of([&] { (void)trainer.sample(count, 1); }).code == 78);
    CHECK(outcome_of([&] { (void)trainer.preview(count); }).code == 78);
  }
  CHECK(outcome_of([&] { (void)trainer.preview(4, 0); }).code == 78);
  CHECK(trainer.sample(4, 1, ~std::uint64_t{0}).size() == 4 * 16);
  CHECK(trainer.sample(0, 1).empty());
}

TEST_CASE("tensors of a caller with other bytes than their shape has", "[engine][trainer]") {
  TrainConfig config = vector_config();
  Trainer trainer(config, float_slopes());
  const Checkpoint good = trainer.checkpoint();
  for (const auto& [name, tensor] : good.tensors) {
    for (const std::size_t bytes : {std::size_t{0}, tensor.bytes.size() - 4,
                                    tensor.bytes.size() + 4, tensor.bytes.size() * 3}) {
      INFO(name << ", " << bytes << " bytes");
      Checkpoint bad = good;
      bad.tensors.at(name).bytes.resize(bytes);
      CHECK(outcome_of([&] { (void)read_model(bad, "bad"); }).code == 65);
      if (name.starts_with("conditions.")) continue;  // restore keeps the trainer's own
      CHECK(outcome_of([&] { trainer.restore(bad); }).code == 65);
    }
  }
  CHECK_NOTHROW(trainer.restore(good));
}

TEST_CASE("whatever set a caller hands over is trained on or refused", "[engine][trainer]") {
  Dice dice(7);
  int trained_on = 0, refused = 0;
  for (int round = 0; round < 150; ++round) {
    TrainConfig config = dice.roll(2) == 0 ? vector_config() : plain_config();
    config.threads = 1;
    config.conditional = config.conditions.empty() && dice.roll(3) == 0;
    Trials images = dice.roll(2) == 0 ? slopes(4, 4) : float_slopes();
    if (!config.conditions.empty() && images.condition_size == 0) images = float_slopes();
    for (int edits = static_cast<int>(dice.roll(3)); edits > 0; --edits) {
      const float number = dice.roll(2) == 0 ? std::nanf("") : static_cast<float>(dice.roll(300));
      switch (dice.roll(9)) {
        case 0: images.shape.width = static_cast<std::int64_t>(dice.word()); break;
        case 1: images.count = static_cast<std::int64_t>(dice.word()); break;
        case 2: images.shape.channels = static_cast<std::int64_t>(dice.roll(5)); break;
        case 3: images.condition_size = static_cast<std::int64_t>(dice.roll(4)); break;
        case 4: images.labels[dice.roll(40)] = static_cast<std::int32_t>(dice.word()); break;
        case 5: images.low = number; break;
        case 6: images.high = number; break;
        case 7: images.conditions.resize(dice.roll(100), number); break;
        default: images.values = std::vector<float>(640, number); break;
      }
    }
    const Outcome outcome = trained(config, images);
    INFO(round << ": " << outcome.message);
    CHECK((outcome.code == 0 || outcome.code == 65));
    ++(outcome.code == 0 ? trained_on : refused);
  }
  CHECK(trained_on > 20);
  CHECK(refused > 50);
}
