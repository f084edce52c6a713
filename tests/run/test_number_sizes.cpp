// Runs on numbers of any size, from data to samples.
#include <cmath>
#include <set>

#include "engine/base/error.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/generate/generate.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/train/trainer.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/skip.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

struct Moments {
  double mean = 0.0, deviation = 0.0;
};

Moments moments(const std::vector<double>& values, std::size_t first, std::size_t step) {
  double sum = 0.0, squares = 0.0, count = 0.0;
  for (std::size_t i = first; i < values.size(); i += step) {
    sum += values[i];
    count += 1.0;
  }
  for (std::size_t i = first; i < values.size(); i += step) {
    squares += (values[i] - sum / count) * (values[i] - sum / count);
  }
  return {sum / count, std::sqrt(squares / count)};
}

std::vector<double> doubles(const Trials& set) {
  return std::visit(
      [](const auto& values) { return std::vector<double>(values.begin(), values.end()); },
      set.values);
}

/// Rows of two columns, the first always `constant`.
Trials small_rows(double constant = 0.1) {
  Trials set;
  set.count = 64;
  set.shape = {1, 3, 1, TrialKind::row};
  set.by_values = true;
  set.source = "rows";
  std::vector<double> values;
  for (int i = 0; i < 64; ++i) {
    for (const double value : {constant, 1e-12 * (i % 7), 1e9 + i % 5}) values.push_back(value);
  }
  set.values = values;
  set.low = -1e30F;
  set.high = 1e30F;
  return set;
}

Checkpoint trained(const Trials& images, const TrainConfig& config) {
  Trainer trainer(config, images);
  for (int i = 0; i < 5; ++i) (void)trainer.train_epoch();
  return trainer.checkpoint();
}

}  // namespace

TEST_CASE("a unit of measurement changes nothing but the unit", "[engine][scale]") {
  const auto shared = shared_data();
  if (!shared || !fs::exists(*shared / "wild")) VGAN_SKIP("shared/data/wild is not there");
  const Trials unit = read_npy_trials(*shared / "wild" / "unit_300x8x8.npy");
  const Trials micro = read_npy_trials(*shared / "wild" / "micro_300x8x8.npy");
  TrainConfig config = small_config();
  config.output = vgan::OutputKind::automatic;
  config.threads = 1;
  Trainer of_unit(config, unit), of_micro(config, micro);
  for (int i = 0; i < 300; ++i) {
    (void)of_unit.train_epoch();
    (void)of_micro.train_epoch();
  }
  const auto large = of_unit.sample_values(200, 1);
  const auto small = of_micro.sample_values(200, 1);
  const Moments in_units = moments(large, 0, 1);
  const Moments in_millionths = moments(small, 0, 1);
  const Moments data = moments(doubles(micro), 0, 1);
  CHECK(std::fabs(in_millionths.mean * 1e6 - in_units.mean) < 0.02);
  CHECK(std::fabs(in_millionths.deviation * 1e6 - in_units.deviation) < 0.02);
  CHECK(in_millionths.deviation > 0.5 * data.deviation);
  CHECK(in_millionths.deviation < 2.0 * data.deviation);
}

TEST_CASE("columns of every size are learnt each in its own", "[engine][scale]") {
  const auto shared = shared_data();
  if (!shared || !fs::exists(*shared / "wild")) VGAN_SKIP("shared/data/wild is not there");
  Trials rows = read_npy_trials(*shared / "wild" / "scales_2000x4.npy");
  rows.shape = {1, 4, 1, TrialKind::row};
  TrainConfig config = small_config();
  config.output = vgan::OutputKind::automatic;
  config.threads = 1;
  config.latent_mixture = 0;
  Trainer trainer(config, rows);
  for (int i = 0; i < 400; ++i) (void)trainer.train_epoch();
  const auto samples = trainer.sample_values(500, 1);
  const auto real = doubles(rows);
  for (std::size_t column = 0; column < 4; ++column) {
    const Moments made = moments(samples, column, 4);
    const Moments wanted = moments(real, column, 4);
    CAPTURE(column, made.mean, made.deviation, wanted.mean, wanted.deviation);
    CHECK(made.deviation > 0.3 * wanted.deviation);
    CHECK(made.deviation < 3.0 * wanted.deviation);
    CHECK(std::fabs(made.mean - wanted.mean) < 2.0 * wanted.deviation);
  }
}

TEST_CASE("a constant column and an offset of 1e9 come back", "[engine][scale]") {
  for (const char* model : {"gan", "ae"}) {
    TrainConfig config = small_config();
    config.model = vgan::read_word<vgan::ModelKind>(model);
    config.output = vgan::OutputKind::automatic;
    config.threads = 1;
    const Trials rows = small_rows();
    Trainer trainer(config, rows);
    for (int i = 0; i < 5; ++i) (void)trainer.train_epoch();
    const auto samples = trainer.sample_values(100, 2);
    for (std::size_t i = 0; i < samples.size(); i += 3) {
      REQUIRE(samples[i] == 0.1);
      REQUIRE(std::fabs(samples[i + 1]) < 1e-10);
      REQUIRE(std::fabs(samples[i + 2] - 1e9) < 100.0);
    }
  }
}

TEST_CASE("a scale whose bytes would be NaN as floats is no divergence", "[engine][scale]") {
  // 2^53 - 1 and -(2^53 - 1): the lower half of each double is 0xffffffff.
  for (const double constant : {9007199254740991.0, -9007199254740991.0}) {
    const Checkpoint checkpoint = trained(small_rows(constant), small_config());
    const Scale scale = read_model(checkpoint, "checkpoint").scaling.scales()[0];
    CHECK((scale.low == constant && scale.high == constant));
  }
}

TEST_CASE("samples of a file's own type are the trainer's", "[engine][scale]") {
  const TempDir folder;
  TrainConfig config = small_config();
  config.output = vgan::OutputKind::automatic;
  config.threads = 1;
  Trials rows = small_rows();
  rows.file_type = ValueType::f64;
  Trainer trainer(config, rows);
  (void)trainer.train_epoch();
  GenerateRequest request;
  request.model = save_checkpoint(folder.path(), 1, trainer.checkpoint(), 0);
  request.count = 20;
  request.seed = 4;
  request.threads = 1;
  request.device = "cpu";
  request.precision = vgan::PrecisionKind::fp32;
  request.out = (folder.path() / "s.npy").string();
  (void)generate(request);
  const std::string file = read_text(request.out);
  CHECK_THAT(file.substr(0, 128), ContainsSubstring("'<f8'"));
  const auto values = trainer.sample_values(20, 4);
  REQUIRE(file.size() > values.size() * sizeof(double));
  CHECK(std::memcmp(file.data() + file.size() - values.size() * sizeof(double), values.data(),
                    values.size() * sizeof(double)) == 0);

  // IDX is big-endian; 0x0E is its double.
  request.out = (folder.path() / "s.idx").string();
  (void)generate(request);
  const std::string idx = read_text(request.out);
  CHECK(idx.substr(0, 4) == std::string("\0\0\x0E\x03", 4));
  double first = 0.0;
  std::string bytes(idx.end() - 8 * static_cast<std::ptrdiff_t>(values.size()),
                    idx.end() - 8 * static_cast<std::ptrdiff_t>(values.size() - 1));
  std::reverse(bytes.begin(), bytes.end());
  std::memcpy(&first, bytes.data(), 8);
  CHECK(first == values[0]);

  request.out = (folder.path() / "s.raw").string();
  request.dtype = "i64";
  (void)generate(request);
  const std::string whole = read_text(request.out);
  REQUIRE(whole.size() == values.size() * 8);
  std::int64_t third = 0;
  std::memcpy(&third, whole.data() + 16, 8);
  CHECK(third == std::llround(values[2]));
}

TEST_CASE("a checkpoint keeps its scale and is held against it", "[engine][scale]") {
  TrainConfig config = small_config();
  config.output = vgan::OutputKind::automatic;
  config.threads = 1;
  const Trials rows = small_rows();
  const Checkpoint good = trained(rows, config);
  const GeneratorModel model = read_model(good, "good");
  CHECK(model.scaling == Trainer(config, rows).scaling());
  CHECK(model.shape.kind == TrialKind::row);
  CHECK(model.type == ValueType::f64);
  Trainer same(config, rows);
  same.restore(good);
  CHECK(same.epoch() == 5);
  config.scale = vgan::ScaleKind::data;
  Trainer other(config, rows);
  CHECK_THROWS_WITH(other.restore(good), ContainsSubstring("another scale"));

  const double nan = std::nan("");
  const double inf = INFINITY;
  using Four = std::array<double, 4>;
  for (const Four& four :
       {Four{1, 0, 2, 3}, Four{0, 1, 1, 2}, Four{0, 0, nan, 1}, Four{0, 0, 1, inf},
        Four{-inf, 0, 1, 1}, Four{-1.7e308, 0, 1, 1.7e308}, Four{3, 3, 2, 2}}) {
    Checkpoint bad = good;
    std::memcpy(bad.tensors.at("scaling").bytes.data() + 32, four.data(), 32);
    const Outcome outcome = outcome_of([&] { read_model(bad, "bad"); });
    CHECK(outcome.code == 65);
    CHECK_THAT(outcome.message, ContainsSubstring("scaling"));
  }
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{2, 4}, {12}, {4, 3}, {3, 4, 1}, {-3, -4}}) {
    Checkpoint bad = good;
    bad.tensors.at("scaling").shape = shape;
    CHECK(outcome_of([&] { read_model(bad, "bad"); }).code == 65);
  }
  Checkpoint unknown = good;
  unknown.metadata["trial.kind"] = "cube";
  CHECK(outcome_of([&] { read_model(unknown, "bad"); }).code == 65);
}

TEST_CASE("checkpoints with one range for all floats still load", "[engine][scale]") {
  Trials rows = small_rows();
  rows.shape.kind = TrialKind::image;
  TrainConfig config = small_config();
  config.output = vgan::OutputKind::tanh;
  config.threads = 1;
  config.range = "-4:2e9";
  Checkpoint old = trained(rows, config);
  const Scaling scaling = read_model(old, "new").scaling;
  old.tensors.erase("scaling");
  old.metadata["trial.type"] = "f32";
  CHECK(outcome_of([&] { read_model(old, "old"); }).code == 65);
  old.metadata["trial.low"] = "-4";
  old.metadata["trial.high"] = "2e+09";
  CHECK(read_model(old, "old").scaling == scaling);
  for (const char* low : {"3e9", "-1e39x", "nan", "inf", "", "-1,5", "2e9"}) {
    old.metadata["trial.low"] = low;
    CHECK(outcome_of([&] { read_model(old, "old"); }).code == 65);
  }
}
