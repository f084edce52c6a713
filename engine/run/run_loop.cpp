#include "engine/run/run_loop.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/run/best_checkpoint.hpp"
#include "engine/run/resumption.hpp"
#include "engine/run/step_profile.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t final_samples = 1000;

// The flags that lower the rates in use to a tenth.
std::string lower_rates(const TrainConfig& config) {
  if (config.lr_g > 0.0 && config.lr_d > 0.0) {
    return "--lr-g " + setting_text(config.lr_g / 10.0) + " --lr-d " +
           setting_text(config.lr_d / 10.0);
  }
  return "--lr " + setting_text(config.lr / 10.0);
}

/// The epochs of one call of run_training, after data, folder and trainer are there: training, and
/// what is saved, drawn and told on the way.
class RunLoop {
 public:
  /// `resumed_from`: the checkpoint that `trainer` was restored from, or empty. `changes` are those
  /// made now.
  RunLoop(const RunRequest& request, Trainer& trainer, const Trials& trials, RunFolder& folder,
          fs::path resumed_from, RunRecord record, const std::vector<SettingChange>& changes)
      : request_(request),
        trainer_(trainer),
        trials_(trials),
        folder_(folder),
        config_(trainer.config()),
        profile_(config_.profile_steps),
        best_(config_),
        saved_(std::move(resumed_from)),
        record_(std::move(record)),
        changes_(changes) {
    for (const SettingChange& change : changes_) {
      record_.changes.push_back({trainer_.epoch(), change});
    }
  }

  /// An error of the device, and one of the numbers, names the newest checkpoint.
  RunResult train() {
    try {
      return run();
    } catch (const Error& error) {
      const bool of_the_device =
          error.code() == ErrorCode::internal || error.code() == ErrorCode::no_device;
      const bool diverged = error.code() == ErrorCode::diverged;
      if (!(of_the_device || diverged) || saved_.empty()) throw;
      ErrorDetail detail = error.detail();
      if (diverged) {
        draw_what_is_known();
        detail.remedy += (detail.remedy.empty() ? "" : "; ") + way_on();
        throw Error(error.code(), detail);
      }
      detail.remedy += (detail.remedy.empty() ? "" : "; ") + saved_.string() +
                       " is the newest checkpoint: go on with --resume " + folder_.path().string();
      throw Error(error.code(), detail);
    }
  }

 private:
  RunResult run() {
    const std::uint64_t first = trainer_.epoch();
    const std::uint64_t total = trainer_.total_epochs();
    if (!saved_.empty()) judge_checkpoints(first);
    folder_.start_metrics(first);
    for (const SettingChange& change : changes_) folder_.metrics().add_change(first, change);
    if (request_.observer != nullptr) {
      request_.observer->started(trainer_, trials_, folder_.path(), first);
    }
    if (first == 0) {
      save();  // first of all, so that a run can be resumed whenever it is stopped
      draw([&] { folder_.write_real_grid(trials_); });
      draw_samples();
    }
    start_ = Clock::now();
    bool stopped = false;
    while (trainer_.epoch() < total && !stopped) {
      profile_.before(trainer_);
      stopped = train_until(next_event(trainer_.epoch(), total));
      profile_.after(trainer_, folder_, request_.observer);
      if (trainer_.epoch() < total && !stopped) keep_up(trainer_.epoch());
    }
    stopped = stopped && trainer_.epoch() < total;
    if (stopped && request_.open_ended) {
      trainer_.end_here();
      write_config(trainer_, folder_);
      stopped = false;
      whole_ = true;
    }
    return finish(first, stopped);
  }

  /// The next epoch after which there is something to do beside training.
  std::uint64_t next_event(std::uint64_t epoch, std::uint64_t total) const {
    std::uint64_t next = profile_.next_change(epoch, total);
    for (const std::uint64_t every : {config_.sample_every, config_.save_every}) {
      if (every > 0) next = std::min(next, (epoch / every + 1) * every);
    }
    return next;
  }

  /// True if a stop was asked for on the way. Metrics are complete up to an error.
  bool train_until(std::uint64_t epoch) {
    bool stopped = false;
    double beside = 0.0;
    const auto before = Clock::now();
    try {
      trainer_.train(epoch - trainer_.epoch(), [&](const StepReport& report) {
        const auto at = Clock::now();
        folder_.metrics().add(report, seconds_since(start_));
        best_.add(report);
        if (request_.observer != nullptr) request_.observer->epoch_done(report);
        stopped = stopped || (request_.stop_requested && request_.stop_requested());
        beside += seconds_since(at);
        return !stopped;
      });
    } catch (...) {
      folder_.metrics().flush();
      throw;
    }
    stepping_ += seconds_since(before) - beside;
    return stopped;
  }

  static bool due(std::uint64_t epoch, std::uint64_t every) {
    return every > 0 && epoch % every == 0;
  }

  void keep_up(std::uint64_t epoch) {
    if (due(epoch, config_.sample_every)) draw_samples();
    if (due(epoch, config_.save_every)) save();
  }

  void save() {
    // The metrics go first, to the disk itself: a checkpoint never is ahead of them.
    folder_.metrics().sync();
    bool cut = false;  // the rows left out are not judged
    Checkpoint checkpoint = trainer_.checkpoint([&] {
      cut = cut || (!whole_ && request_.stop_requested && request_.stop_requested());
      return cut;
    });
    cut_ = cut;
    record_.save(checkpoint);
    saved_ = save_checkpoint(folder_.checkpoints(), trainer_.epoch(), checkpoint,
                             static_cast<int>(config_.keep), best_.epoch());
    best_.saved(trainer_.epoch());
    draw([&] { folder_.write_loss_curves(); });
  }

  /// A resumed run learns what its checkpoints up to this epoch are worth.
  void judge_checkpoints(std::uint64_t epoch) {
    if (!folder_.folder().has("metrics.jsonl")) return;
    best_.read({folder_.folder(), "metrics.jsonl"}, list_checkpoints(folder_.checkpoints()));
    best_.saved(epoch);
  }

  /// A picture that the system refuses to take is told of once, and never ends a run.
  template <class Write>
  void draw(Write write) {
    try {
      write();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      if (!pictures_missed_ && request_.observer != nullptr) {
        request_.observer->warn(std::string(error.what()) +
                                "; the run goes on without the picture");
      }
      pictures_missed_ = true;
    }
  }

  void draw_samples() {
    draw([&] { folder_.write_sample_grid(trainer_, trials_); });
  }

  // From the best checkpoint: the newest may hold finite garbage.
  std::string way_on() const {
    fs::path best = saved_;
    if (best_.epoch()) best.replace_filename(checkpoint_name(*best_.epoch()));
    const fs::path named = best == saved_ ? folder_.path() : best;
    return "go on from " + best.string() + " by --resume " + named.string() + " " +
           lower_rates(config_) + ", or from an older checkpoint beside it";
  }

  // Beside an error that is told already, one of the picture is not.
  void draw_what_is_known() const {
    try {
      folder_.write_loss_curves();
    } catch (const Error&) {
    }
  }

  RunResult finish(std::uint64_t first, bool stopped) {
    profile_.finish(folder_, request_.observer);
    save();
    stopped = stopped || cut_;  // at the last epoch, going on is judging the rows left out
    const std::uint64_t epochs = trainer_.epoch();
    draw_samples();
    if (traits_of(config_).encodes) draw([&] { folder_.write_reconstructions(trainer_, trials_); });
    if (!stopped) folder_.write_samples(trainer_, trials_, final_samples);
    RunResult result;
    result.folder = folder_.present_path();
    result.checkpoint = result.folder / "checkpoints" / saved_.filename();
    result.epochs = epochs;
    result.samples_from = trainer_.samples_from();
    result.stopped = stopped;
    result.seconds = seconds_since(start_);
    result.epochs_per_second =
        stepping_ > 0.0 ? static_cast<double>(epochs - first) / stepping_ : 0.0;
    if (!stopped) folder_.metrics().add_done(epochs, result.seconds, result.epochs_per_second);
    return result;
  }

  const RunRequest& request_;
  Trainer& trainer_;
  const Trials& trials_;
  RunFolder& folder_;
  const TrainConfig config_;
  StepProfile profile_;
  BestCheckpoint best_;
  bool pictures_missed_ = false;
  bool whole_ = false;  // a stop was asked for, and was the run's end
  bool cut_ = false;    // the newest checkpoint lacks what is found last, for a stop was asked for
  Clock::time_point start_{};
  double stepping_ = 0.0;
  fs::path saved_;
  RunRecord record_;
  const std::vector<SettingChange> changes_;
};

}  // namespace

RunResult run_epochs(const RunRequest& request, Trainer& trainer, const Trials& trials,
                     RunFolder& folder, const fs::path& resumed_from, const RunRecord& record,
                     const std::vector<SettingChange>& changes) {
  return RunLoop(request, trainer, trials, folder, resumed_from, record, changes).train();
}

void write_config(const Trainer& trainer, const RunFolder& folder) {
  TrainConfig written = trainer.config();
  written.out = folder.path().string();
  folder.write_config(written);
}

}  // namespace vgan
