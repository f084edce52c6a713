// A model over the cells of a table, trained in a test, and what is asked of it.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/experiment/search.hpp"
#include "engine/train/trainer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace vgan::testing {

/// The preset, with a network that trains in seconds.
inline TrainConfig experiment_config(std::uint64_t epochs) {
  TrainConfig config = preset("masked");
  config.epochs = epochs;
  config.g_layers = {64, 64};
  config.batch = 128;
  config.device = "cpu";
  config.threads = 2;
  return config;
}

/// A model that was trained on a table, in a folder of its own.
struct ExperimentModel {
  ExperimentModel(const Table& table, const TrainConfig& config) : schema(infer_schema(table)) {
    Trainer trainer(config, table_trials(table, schema));
    trainer.train(config.epochs, [](const StepReport&) { return true; });
    checkpoint =
        save_checkpoint(folder.path() / "checkpoints", config.epochs, trainer.checkpoint(), 0);
  }
  ExperimentModel(const std::string& text, const TrainConfig& config, const SchemaWish& wish = {})
      : ExperimentModel(table_in(text, wish), config) {}

  /// Asks for out/p.csv.
  PredictRequest prediction(const std::string& given, const std::string& known = "") const {
    PredictRequest made;
    made.model = checkpoint;
    made.given = write_file(folder.path() / "given.csv", given).string();
    if (!known.empty()) made.check = write_file(folder.path() / "known.csv", known).string();
    made.out = (folder.path() / "out/p.csv").string();
    made.device = "cpu";
    made.threads = 2;
    return made;
  }

  /// Asks for out/p.csv, of 400 settings.
  SearchRequest proposals(std::vector<std::string> maximise,
                          std::vector<std::string> minimise = {}) const {
    SearchRequest made;
    made.model = checkpoint;
    made.maximise = std::move(maximise);
    made.minimise = std::move(minimise);
    made.budget = 400;
    made.out = (folder.path() / "out/p.csv").string();
    made.device = "cpu";
    made.threads = 2;
    return made;
  }

  std::vector<std::string> lines(const std::string& file = "out/p.csv") const {
    std::istringstream text(read_file(folder.path() / file));
    std::vector<std::string> made;
    for (std::string line; std::getline(text, line);) made.push_back(line);
    return made;
  }

  TempDir folder;
  Schema schema;
  std::filesystem::path checkpoint;

 private:
  static Table table_in(const std::string& text, const SchemaWish& wish) {
    const TempDir folder;
    return read_table(write_file(folder.path() / "data.csv", text), {}, wish);
  }
};

}  // namespace vgan::testing
