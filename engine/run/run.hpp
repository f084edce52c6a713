// A training run on disk: the folder, its pictures and checkpoints, resuming, stopping.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/data/trials.hpp"
#include "engine/settings/config.hpp"
#include "engine/train/trainer.hpp"

namespace vgan {

/// What a run tells whoever watches it. All calls come from the thread that runs it.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// Before the first epoch; `first_epoch` is 0 for a new run.
  virtual void started(const Trainer& trainer, const Trials& trials,
                       const std::filesystem::path& folder, std::uint64_t first_epoch) = 0;
  virtual void epoch_done(const StepReport& report) = 0;
  /// Something worth a line, e.g. how many trials were held out.
  virtual void note(const std::string& line) = 0;
  /// Something that must not be missed, e.g. a damaged checkpoint that was passed over.
  virtual void warn(const std::string& line) { note(line); }
  /// Samples of the weights of `epoch` were measured: what the run goes by, the lower the better,
  /// and at which epoch it was best.
  virtual void evaluated(std::uint64_t epoch, const CheckpointQuality& quality,
                         std::uint64_t best_epoch) {
    (void)epoch, (void)quality, (void)best_epoch;
  }
  /// The words of the alarms that stand now (engine/quality/alarms.hpp); told of every change,
  /// after a `warn` that says what was seen.
  virtual void alarmed(const std::vector<std::string>& standing) { (void)standing; }
  /// The run broke down and goes on from this epoch.
  virtual void went_back(std::uint64_t epoch) { (void)epoch; }
};

struct RunRequest {
  TrainConfig config;
  bool resume = false;
  std::filesystem::path resume_from;  ///< run folder or checkpoint; empty = newest run in runs/
  /// A new run's weights are those of this run's newest checkpoint, or of this checkpoint, and so
  /// are its settings but for those that are given; empty: a run of its own.
  std::filesystem::path from;
  /// Names of the settings asked for: on a resume, and with `from`, those that replace the other
  /// run's; otherwise, those that are refused where they belong to another model. Where `batch` is
  /// not among them and has its preset's value, it is made no larger than the data.
  std::vector<std::string> given;
  /// `config` is the default preset with what is `given`: rows of a table are learnt by a masked
  /// model instead, unless something is given that such a model has no use for.
  bool choose_model = false;
  /// A GAN of curves whose labels `config` names sees them as classes (`conditional`), where they
  /// are of several classes.
  bool condition_on_labels = false;
  std::function<bool()> stop_requested;  ///< asked after each epoch; may be empty
  /// The run is as long as it is when it is stopped: config.epochs, a bound alone, becomes that in
  /// its last checkpoint and its config.toml, and it is not `stopped`, but done.
  bool open_ended = false;
  RunObserver* observer = nullptr;
};

struct RunResult {
  std::filesystem::path folder;
  std::filesystem::path checkpoint;  ///< the newest
  std::uint64_t epochs = 0;          ///< trained in all
  std::string samples_from;          ///< Trainer::samples_from(), of the weights of samples_epoch
  /// Of whose weights samples.npy is: those that `generate` takes of the folder.
  std::uint64_t samples_epoch = 0;
  bool stopped = false;  ///< on request; a checkpoint holds the state
  double seconds = 0.0;  ///< of this call's training loop, files included
  double epochs_per_second = 0.0;
  /// The last evaluation and the best; nothing where samples were not measured.
  std::optional<CheckpointQuality> quality, best;
  std::uint64_t best_epoch = 0;
  std::vector<std::string> alarms;  ///< each that was raised: "collapse after epoch 400: ..."
  std::string stop_reason;          ///< why `stop-when` ended the run; else empty
};

/// Trains to the end, or until stopped. The folder holds config.toml, metrics.jsonl (one line for
/// each epoch), samples/epoch-*.png, real.png, losses.png, checkpoints/, samples.npy (of a table
/// samples.csv) at the end; of an autoencoder also reconstructions.png.
///
/// A new run refuses a folder that holds anything (bad_config) but what a run leaves that was
/// stopped before its first checkpoint. A resumed run goes on from the newest valid checkpoint, or
/// the one that is named, with the config saved in it; only settings marked so may differ, and
/// those that change the numbers are kept as RunRecord in its checkpoints. Later checkpoints and
/// pictures are set aside in superseded/. A run with no epochs left to train is refused
/// (bad_config). A folder has one run at a time, which has it before it reads from it. Throws
/// diverged (no checkpoint is overwritten; losses.png shows how it came), io, bad_data, bad_config,
/// no_device.
RunResult run_training(const RunRequest& request);

/// The run below `runs` whose checkpoint was written last. Throws bad_config if there is none.
std::filesystem::path newest_run(const std::filesystem::path& runs);

}  // namespace vgan
