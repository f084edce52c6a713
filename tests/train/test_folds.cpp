// A masked model of several networks, each of which leaves out a fold of the rows.
#include <algorithm>
#include <cmath>
#include <sstream>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "engine/device/devices.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/generate/cell_networks.hpp"
#include "engine/generate/generate.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/sample/cell_sampler.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/same_tensors.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

TrainConfig folds_config(std::int64_t folds = 3) {
  TrainConfig config = small_masked_config();
  config.folds = folds;
  return config;
}

Checkpoint trained(const TrainConfig& config, const Trials& rows, std::uint64_t epochs) {
  Trainer trainer(config, rows);
  while (trainer.epoch() < epochs) trainer.train_epoch();
  return trainer.checkpoint();
}

bool same_network(const Checkpoint& a, const Checkpoint& b, const std::string& name) {
  const std::string tensor = name + ".0.weight";
  return floats_of(a.tensors.at(tensor)) == floats_of(b.tensors.at(tensor));
}

/// y = 3 sin(4 a) + b + noise: a table that a network learns by heart if it is passed often.
struct Noisy {
  static constexpr double noise = 0.5;
  std::string table = "a,b,y\n", given = "a,b\n";

  Noisy(std::size_t rows, std::uint64_t seed) {
    Dice dice(seed);
    const auto uniform = [&] { return static_cast<double>(dice.word() >> 11) * 0x1p-53; };
    char line[96];
    for (std::size_t i = 0; i < rows; ++i) {
      const double a = uniform(), b = uniform();
      const double y = 3.0 * std::sin(4.0 * a) + b + noise * normal_roll(dice);
      std::snprintf(line, sizeof(line), "%.4f,%.4f,%.4f\n", a, b, y);
      table += line;
      std::snprintf(line, sizeof(line), "%.4f,%.4f\n", a, b);
      given += line;
    }
  }
};

}  // namespace

TEST_CASE("stopping and resuming a run with folds changes nothing, bit for bit",
          "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(200));
  const Checkpoint whole = trained(folds_config(), rows, 12);
  for (const char* name : {"g2.0.weight", "g3_ema.0.weight", "adam_m.g3.0.weight"}) {
    CHECK(whole.tensors.contains(name));
  }
  const Checkpoint part = trained(folds_config(), rows, 5);
  Trainer resumed(folds_config(), rows);
  resumed.restore(part);
  while (resumed.epoch() < 12) resumed.train_epoch();
  CHECK(same_tensors(resumed.checkpoint(), whole));
}

TEST_CASE("the networks of folds do not depend on the number of threads",
          "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(600));
  TrainConfig config = folds_config();
  config.batch = 300;
  config.g_layers = {150, 150};
  config.threads = 1;
  const Checkpoint one = trained(config, rows, 4);
  for (const int threads : {2, 3}) {
    config.threads = threads;
    CHECK(same_tensors(trained(config, rows, 4), one));
  }
}

TEST_CASE("a network never sees the rows of its fold", "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(200));
  const TrainConfig config = folds_config();
  const FoldPlan plan = FoldPlan::of(rows.count, config.folds, config.seed);
  const Checkpoint before = trained(config, rows, 6);
  for (std::size_t fold = 0; fold < 3; ++fold) {
    INFO("fold " << fold);
    // Two rows of the fold change places in one column: no other number of the table changes.
    Trials changed = rows;
    auto& values = std::get<std::vector<double>>(changed.values);
    const auto width = static_cast<std::size_t>(changed.shape.size());
    const auto at = [&](std::int64_t i) {
      return static_cast<std::size_t>(plan.order[static_cast<std::size_t>(plan.first(fold) + i)]) *
                 width +
             width - 1;
    };
    for (std::int64_t i = 0; i + 1 < plan.size(fold); i += 2) {
      std::swap(values[at(i)], values[at(i + 1)]);
    }
    const Checkpoint after = trained(config, changed, 6);
    for (std::size_t network = 0; network < 3; ++network) {
      CHECK(same_network(before, after, network_name(network)) == (network == fold));
    }
  }
}

TEST_CASE("the shares of several networks are averaged", "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(300));
  const Checkpoint checkpoint = trained(folds_config(), rows, 20);
  const GeneratorModel model = read_model(checkpoint, "the test");
  const auto backend = open_backend("cpu", 1);
  const auto queue = backend->make_queue("test");
  const CellLayout layout = CellLayout::of(*model.cells, *model.schema);
  CellSampler sampler(*backend, sampled_layers(model), layout, {false, 3});
  load_cell_networks(*backend, *queue, sampler, model, checkpoint, false);
  const std::int64_t size = layout.heads[2].size;
  const auto shares = [&] {
    std::vector<float> made(static_cast<std::size_t>(size));
    sampler.predict(*queue, 1, 2,
                    [](HostCells cells, HostObserved observed) {
                      cells.row(0)[0] = 2;
                      observed.row(0)[0] = 1;
                    },
                    {made.data(), 1, size, size});
    return made;
  };
  const std::vector<float> all = shares();
  std::vector<double> mean(all.size(), 0.0);
  double apart = 0.0;
  for (std::size_t k = 0; k < 3; ++k) {
    sampler.use_only(k);
    const std::vector<float> own = shares();
    for (std::size_t t = 0; t < own.size(); ++t) {
      mean[t] += static_cast<double>(own[t]) / 3.0;
      apart += std::fabs(static_cast<double>(own[t] - all[t]));
    }
  }
  CHECK(apart > 1e-4);
  for (std::size_t t = 0; t < all.size(); ++t) {
    CHECK(static_cast<double>(all[t]) == Approx(mean[t]).margin(1e-6));
  }
}

TEST_CASE("intervals of a model with folds hold new rows as often as they say",
          "[engine][masked][folds][long]") {
  const TempDir folder;
  const Noisy learnt(400, 1), fresh(2000, 2);
  const Trials rows = table_of(learnt.table);
  const fs::path given = write_file(folder.path() / "given.csv", fresh.given);
  const fs::path check = write_file(folder.path() / "check.csv", fresh.table);
  const auto coverage = [&](std::int64_t folds) {
    TrainConfig config = small_masked_config();
    config.folds = folds;
    config.batch = 128;
    config.epochs = 900;
    config.dropout = 0.0;
    config.g_layers = {64, 64};
    Trainer trainer(config, rows);
    trainer.train(config.epochs, [](const StepReport&) { return true; });
    const fs::path file = save_checkpoint(folder.path() / ("run" + std::to_string(folds)),
                                          config.epochs, trainer.checkpoint(), 0);
    PredictRequest request;
    request.model = file;
    request.given = given.string();
    request.check = check.string();
    request.out = (folder.path() / "p.csv").string();
    request.device = "cpu";
    const PredictResult result = predict(request);
    REQUIRE(result.checked_numbers.size() == 1);
    return result.checked_numbers.front();
  };
  const auto one = coverage(0);
  const auto several = coverage(4);
  CAPTURE(one.coverage, one.width, several.coverage, several.width, one.r2, several.r2);
  CHECK(one.coverage < 0.85);  // it knows its rows too well
  CHECK(several.coverage > 0.87);
  CHECK(several.coverage < 0.96);
  CHECK(several.r2 > one.r2);
}

TEST_CASE("rows at the temperatures of the rows left out are others, and folds are asked for",
          "[engine][masked][folds]") {
  const TempDir folder;
  const Noisy learnt(200, 1);
  const Trials rows = table_of(learnt.table);
  const auto model_of = [&](std::int64_t folds) {
    TrainConfig config = small_masked_config();
    config.folds = folds;
    config.epochs = 600;
    config.dropout = 0.0;
    Trainer trainer(config, rows);
    trainer.train(config.epochs, [](const StepReport&) { return true; });
    const fs::path file = save_checkpoint(folder.path() / ("run" + std::to_string(folds)),
                                          config.epochs, trainer.checkpoint(), 0);
    return file;
  };
  const fs::path file = model_of(2);
  const std::vector<double> temperatures =
      read_model(load_run_or_file(file).checkpoint, "the test").left_out.temperatures();
  REQUIRE(temperatures.size() == 3);
  CHECK(*std::max_element(temperatures.begin(), temperatures.end()) > 1.0);
  GenerateRequest request;
  request.model = file;
  request.count = 50;
  request.device = "cpu";
  const auto text = [&](bool privacy) {
    request.privacy = privacy;
    request.out = (folder.path() / "v.csv").string();
    (void)generate(request);
    return read_file(folder.path() / "v.csv");
  };
  CHECK(text(true) != text(false));
  request.model = model_of(0);
  CHECK_THROWS_WITH(text(true), ContainsSubstring("--folds 4"));
}

TEST_CASE("networks are not started from such as left out other rows", "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(200));
  const Checkpoint checkpoint = trained(folds_config(), rows, 3);
  Trainer same(folds_config(), rows);
  same.start_from(checkpoint);
  CHECK(same.epoch() == 0);
  TrainConfig other = folds_config();
  other.seed = 9;
  Trainer another(other, rows);
  CHECK_THROWS_WITH(another.start_from(checkpoint), ContainsSubstring("other folds"));
}

TEST_CASE("nothing is asked of networks that have learnt nothing", "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(200));
  Trainer trainer(folds_config(), rows);
  const GeneratorModel model = read_model(trainer.checkpoint(), "the test");
  REQUIRE_FALSE(model.left_out.empty());
  CHECK(model.left_out.margin(3, LeftOut::Shown::some, 0.9) == 0.0);
  CHECK(model.left_out.rows() == 0);
}

TEST_CASE("a stop while rows left out are judged leaves a checkpoint that says so",
          "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(200));
  Trainer trainer(folds_config(), rows);
  for (int i = 0; i < 3; ++i) trainer.train_epoch();
  int asked = 0;
  const Checkpoint cut = trainer.checkpoint([&] { return ++asked > 1; });
  CHECK(asked == 2);  // the first column is judged, the second is not
  const GeneratorModel unjudged = read_model(cut, "the test");
  CHECK(unjudged.left_out.rows() == 0);
  CHECK(unjudged.left_out.margin(3, LeftOut::Shown::all_others, 0.9) == 0.0);
  // What is left is judged when it is asked for again, and as ever.
  const Checkpoint whole = trainer.checkpoint();
  CHECK(read_model(whole, "the test").left_out.rows() == 200);
  CHECK(same_tensors(whole, trained(folds_config(), rows, 3)));
  Trainer resumed(folds_config(), rows);
  resumed.restore(cut);
  CHECK(same_tensors(resumed.checkpoint(), whole));

  const TempDir folder;
  PredictRequest request;
  request.model = save_checkpoint(folder.path() / "run", 3, cut, 0);
  request.given = write_file(folder.path() / "g.csv", "x\n2\n").string();
  request.out = (folder.path() / "p.csv").string();
  request.device = "cpu";
  const PredictResult result = predict(request);
  REQUIRE(result.notes.size() == 1);
  CHECK_THAT(result.notes[0], ContainsSubstring("before its left-out rows were judged"));
}

TEST_CASE("a file that holds more networks than its config names is refused",
          "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(100));
  Checkpoint checkpoint = trained(folds_config(3), rows, 2);
  std::string& config = checkpoint.metadata.at("config");
  const std::size_t at = config.find("\"folds\":3");
  REQUIRE(at != std::string::npos);
  config.replace(at, 9, "\"folds\":2");
  CHECK_THROWS_WITH(read_model(checkpoint, "the file"),
                    ContainsSubstring("g3.") && ContainsSubstring("folds = 2"));
  config.replace(at, 9, "\"folds\":0");
  CHECK_THROWS_WITH(read_model(checkpoint, "the file"), ContainsSubstring("g2."));
}

TEST_CASE("passes are those of each network over its own rows", "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(120));
  TrainConfig config = folds_config(4);
  config.epochs = 0;
  config.passes = 10.0;
  config.batch = 30;
  CHECK(Trainer(config, rows).total_epochs() == 30);  // of 90 rows each
  config.folds = 0;
  CHECK(Trainer(config, rows).total_epochs() == 40);
}

TEST_CASE("folds that cannot be are refused", "[engine][masked][folds]") {
  const Trials rows = table_of(known_table(100));
  const auto message = [&](std::int64_t folds) {
    TrainConfig config = folds_config(folds);
    try {
      const Trainer trainer(config, rows);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK_THAT(message(1), ContainsSubstring("2 to 4"));
  CHECK_THAT(message(5), ContainsSubstring("2 to 4"));
  CHECK_THAT(message(-1), ContainsSubstring("2 to 4"));
  CHECK(message(2).empty());
}
