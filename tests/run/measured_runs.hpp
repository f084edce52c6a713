// Runs on disk whose samples are measured on the way, small enough to repeat.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/run/run.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

namespace vgan::testing {

/// What a run tells.
struct Listener final : RunObserver {
  void started(const Trainer&, const Trials&, const std::filesystem::path&,
               std::uint64_t) override {}
  void epoch_done(const StepReport& report) override { epochs.push_back(report.epoch); }
  void note(const std::string& line) override { notes.push_back(line); }
  void warn(const std::string& line) override { warnings.push_back(line); }
  void evaluated(std::uint64_t epoch, const CheckpointQuality&, std::uint64_t best) override {
    evaluations.emplace_back(epoch, best);
  }
  void alarmed(const std::vector<std::string>& now) override { standing = now; }
  void went_back(std::uint64_t epoch) override { back_to.push_back(epoch); }

  std::vector<std::uint64_t> epochs, back_to;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> evaluations;
  std::vector<std::string> notes, warnings, standing;
};

/// A folder with 240 images of bars, and runs in folders of it.
class MeasuredRuns {
 public:
  explicit MeasuredRuns(std::int64_t count = 240) {
    const Trials images = bar_images(count);
    NpyWriter writer(path() / "bars.npy", ValueType::u8, {images.count, 6, 6});
    writer.append(std::span<const std::uint8_t>(std::get<0>(images.values)));
    writer.finish();
  }

  const std::filesystem::path& path() const { return folder_.path(); }

  /// A GAN's; 24 images are held out.
  RunRequest request(const std::string& out, std::uint64_t epochs,
                     TrainConfig config = small_config()) const {
    RunRequest made;
    made.config = std::move(config);
    made.config.data = (path() / "bars.npy").string();
    made.config.out = (path() / out).string();
    made.config.epochs = epochs;
    made.config.threads = 1;
    made.config.save_every = 0;
    made.config.sample_every = 0;
    made.config.keep = 0;
    return made;
  }

  RunRequest resume(const std::string& out) const {
    RunRequest made;
    made.resume = true;
    made.resume_from = path() / out;
    return made;
  }

  /// The lines of metrics.jsonl of this event; "" are those of epochs.
  std::vector<nlohmann::json> lines(const std::string& out, const std::string& event) const {
    std::vector<nlohmann::json> found;
    std::ifstream file(path() / out / "metrics.jsonl");
    for (std::string line; std::getline(file, line);) {
      nlohmann::json entry = nlohmann::json::parse(line);
      if (entry.value("event", "") == event) found.push_back(std::move(entry));
    }
    return found;
  }

  Checkpoint newest(const std::string& out) const {
    return load_newest(path() / out / "checkpoints").checkpoint;
  }

  std::vector<std::uint64_t> checkpoints(const std::string& out) const {
    std::vector<std::uint64_t> epochs;
    for (const auto& [epoch, file] : list_checkpoints(Folder(path() / out / "checkpoints"))) {
      epochs.push_back(epoch);
    }
    return epochs;
  }

 private:
  TempDir folder_;
};

}  // namespace vgan::testing
