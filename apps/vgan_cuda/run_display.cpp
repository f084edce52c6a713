#include "apps/vgan_cuda/run_display.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/terminal.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/device/devices.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/models/model_traits.hpp"

namespace vgan::app {
namespace {

void print(const char* label, const std::string& text) {
  std::printf("%-14s %s\n", label, printable(text).c_str());
}

std::string data_text(const Trials& trials, const TrainConfig& config) {
  std::string text = trials.source + ": " + std::to_string(trials.count) + " " +
                     std::string(info_of(trials.shape.kind).plural) + " of ";
  if (trials.schema) {
    text += counted(trials.schema->columns.size(), "column");
    if (traits_of(config).over_cells) return text;
    return text + ", " + counted(trials.shape.size(), "number") + " each to the networks";
  }
  text += extents_text(trials.shape) + ", ";
  if (trials.labels.empty()) return text + "no labels";
  const std::set<std::int32_t> classes(trials.labels.begin(), trials.labels.end());
  text += counted(classes.size(), "class", "classes");
  const bool named = !config.labels.empty() && config.labels != no_labels;
  return text + (named && !config.conditional ? " that no network sees without --conditional" : "");
}

std::string device_text(const Trainer& trainer, const std::string& asked_device) {
  const bool cpu = trainer.config().device == "cpu";
  std::string text = trainer.device_name() + ", " + trainer.precision();
  if (cpu) text += ", " + counted(trainer.config().threads, "thread");
  if (!cpu || asked_device != "auto") return text;
  const std::string reason = cuda_status().detail;
  return text + " (auto: " + reason.substr(0, reason.find_first_of(":;")) + ")";
}

std::string length_text(const Trainer& trainer, const Trials& trials, std::uint64_t first_epoch) {
  const std::uint64_t epochs = trainer.total_epochs();
  const std::int64_t seen = rows_of_network(trainer.config(), trials.count);
  const double passes = static_cast<double>(epochs) * static_cast<double>(trainer.config().batch) /
                        static_cast<double>(seen);
  const std::string rows =
      seen < trials.count ? " of each network over its " + grouped(seen) + " rows" : "";
  const std::string resumed = ", resumed after epoch " + std::to_string(first_epoch);
  return counted(epochs, "epoch") + " of one batch of " + std::to_string(trainer.config().batch) +
         " each: " + general_text(passes, 3) + " passes" + rows + (first_epoch > 0 ? resumed : "");
}

std::size_t files_in(const std::filesystem::path& folder) {
  std::error_code unreadable;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator entry(folder, unreadable), end;
       !unreadable && entry != end; entry.increment(unreadable)) {
    ++count;
  }
  return count;
}

}  // namespace

RunDisplay::RunDisplay(std::string program, bool quiet, std::string asked_device)
    : program_(std::move(program)),
      quiet_(quiet),
      asked_device_(std::move(asked_device)),
      progress_(Progress::style(quiet)) {}

void RunDisplay::started(const Trainer& trainer, const Trials& trials,
                         const std::filesystem::path& folder, std::uint64_t first_epoch) {
  folder_ = folder;
  if (quiet_) return;
  const bool over_cells = traits_of(trainer.config()).over_cells;
  print("data", data_text(trials, trainer.config()));
  if (!trainer.scaling().bytes() && !over_cells) print("scale", trainer.scaling().text());
  print("device", device_text(trainer, asked_device_));
  print("step", trainer.step_choice());
  for (const auto& [name, text] : trainer.networks()) print(name.c_str(), text);
  print("memory", trainer.memory_plan().text());
  print("run folder", folder.string());
  print("training", length_text(trainer, trials, first_epoch));
  std::fflush(stdout);
  model_ = trainer.config().model;
  progress_.start(first_epoch, trainer.total_epochs(), model_);
}

void RunDisplay::evaluated(std::uint64_t epoch, const CheckpointQuality& quality,
                           std::uint64_t best_epoch) {
  const std::string best =
      best_epoch == epoch ? "" : ", best at epoch " + std::to_string(best_epoch);
  progress_.set_quality(quality_text({quality.measure, quality.value}));
  if (progress_.shows_lines()) {
    std::printf("epoch %s  %s%s\n", std::to_string(epoch).c_str(), quality_text(quality).c_str(),
                best.c_str());
  }
}

void RunDisplay::alarmed(const std::vector<std::string>& standing) {
  progress_.set_alarms(joined(standing));
}

void RunDisplay::print_quality(const RunResult& result) const {
  if (!result.stop_reason.empty()) {
    std::printf("ended by --stop-when: %s\n", printable(result.stop_reason).c_str());
  }
  if (result.quality && result.best) {
    const std::string best = result.best_epoch == result.epochs
                                 ? ", the best of this run"
                                 : "; best " + general_text(result.best->value, 4) + " at epoch " +
                                       std::to_string(result.best_epoch);
    std::printf("quality: %s, the lower the better%s\n", quality_text(*result.quality).c_str(),
                best.c_str());
  }
  for (const std::string& alarm : result.alarms) {
    std::printf("alarm: %s\n", wrap(printable(alarm), 7, 80).c_str());
  }
}

void RunDisplay::finished(const RunResult& result) {
  progress_.finish();
  if (quiet_) return;
  const std::string folder = printable(result.folder.string());
  std::printf("\ntrained %s in %s, %s epochs/s\n", counted(result.epochs, "epoch").c_str(),
              clock_text(result.seconds).c_str(), fixed_text(result.epochs_per_second, 1).c_str());
  print_quality(result);
  std::printf("%s holds\n", folder.c_str());
  const auto holds = [&](const char* name, const std::string& about) {
    std::error_code unreadable;
    if (!std::filesystem::exists(result.folder / name, unreadable)) return;
    std::printf("  %-19s %s\n", name, about.c_str());
  };
  holds("report.html", "a page about the run: what it learnt, how good it is");
  const std::string by =
      result.samples_epoch == result.epochs
          ? ""
          : ", by the best checkpoint, epoch " + std::to_string(result.samples_epoch);
  holds("samples.npy",
        "virtual trials, in the data's own units and type" + by +
            (result.samples_from.empty() ? "" : ", at codes from " + result.samples_from));
  holds("samples.csv", "virtual rows, in the form of the data's file" + by);
  holds("samples/", counted(files_in(result.folder / "samples"), "picture") +
                        " over time of samples from one fixed noise");
  holds("real.png", "real trials, to compare them with");
  holds("reconstructions.png", "real trials, each above its reconstruction");
  const char* const drawn = model_ == ModelKind::gan      ? "losses and accuracies"
                            : model_ == ModelKind::vae    ? "reconstruction and KL"
                            : model_ == ModelKind::masked ? "cross-entropy"
                                                          : "reconstruction and its error";
  holds("losses.png", std::string(drawn) + " over time, from metrics.jsonl");
  holds("tensorboard/", "losses, measures and pictures, for tensorboard --logdir");
  holds("profile.json", "phase times, for chrome://tracing or Perfetto");
  holds("checkpoints/", counted(files_in(result.folder / "checkpoints"), "checkpoint") +
                            ", up to " + result.checkpoint.filename().string());
  holds("config.toml", "the settings, for --config");
  if (traits_of(model_).encodes) {
    std::printf("reconstruct: %s reconstruct --model %s --data FILE --out reconstructions.npy\n",
                shell_word(program_).c_str(), shell_word(folder).c_str());
  }
  std::error_code unreadable;
  const bool rows = std::filesystem::exists(result.folder / "samples.csv", unreadable);
  std::printf("draw more: %s generate --model %s --count 1000 --out samples.%s\n",
              shell_word(program_).c_str(), shell_word(folder).c_str(), rows ? "csv" : "npy");
}

}  // namespace vgan::app
