#include "engine/run/run_loop.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/run/resumption.hpp"
#include "engine/run/rollback.hpp"
#include "engine/run/run_checkpoints.hpp"
#include "engine/run/run_outlets.hpp"
#include "engine/run/run_quality.hpp"
#include "engine/run/step_profile.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t final_samples = 1000;

bool due(std::uint64_t epoch, std::uint64_t every) { return every > 0 && epoch % every == 0; }

/// The epochs of one call of run_training, after data, folder and trainer are there: training, and
/// what is saved, drawn, measured and told on the way.
class RunLoop {
 public:
  /// `resumed_from`: the checkpoint that `trainer` was restored from, or empty. `changes` are those
  /// made now.
  RunLoop(const RunRequest& request, Trainer& trainer, const SplitTrials& trials, RunFolder& folder,
          fs::path resumed_from, RunRecord record, const std::vector<SettingChange>& changes)
      : request_(request),
        trainer_(trainer),
        trials_(trials),
        folder_(folder),
        config_(trainer.config()),
        profile_(config_.profile_steps),
        quality_(trainer, trials.training, trials.held_out, folder.path()),
        checkpoints_(folder, quality_, config_, std::move(resumed_from)),
        told_(request.observer, folder),
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
      if (diverged) log_end(error);
      if (!(of_the_device || diverged) || checkpoints_.newest().empty()) throw;
      ErrorDetail detail = error.detail();
      if (diverged) {
        draw_what_is_known();
        detail.remedy += (detail.remedy.empty() ? "" : "; ") + way_on();
        throw Error(error.code(), detail);
      }
      detail.remedy += (detail.remedy.empty() ? "" : "; ") + checkpoints_.newest().string() +
                       " is the newest checkpoint: go on with --resume " + folder_.path().string();
      throw Error(error.code(), detail);
    }
  }

 private:
  RunResult run() {
    const std::uint64_t first = trainer_.epoch();
    if (!checkpoints_.newest().empty()) checkpoints_.judge(first);
    // With other settings it is another way on, which takes nothing of what happened back.
    folder_.start_metrics(first, changes_.empty() ? LaterEvents::dropped : LaterEvents::kept);
    quality_.read(folder_.metrics_place(), first);
    for (const SettingChange& change : changes_) folder_.metrics().add_change(first, change);
    if (request_.observer != nullptr) {
      request_.observer->started(trainer_, trials_.training, folder_.path(), first);
    }
    if (first == 0) save();  // before all else, so that a run can be resumed whenever it is stopped
    if (config_.tensorboard) told_.open_events(first, trainer_.total_epochs());
    if (first == 0) {
      told_.draw([&] { folder_.write_real_grid(trials_.training); });
      draw_samples();
    }
    start_ = metrics_start_ = Clock::now();
    bool stopped = train_through_breakdowns();
    stopped = stopped && trainer_.epoch() < trainer_.total_epochs();
    if ((stopped && request_.open_ended) || !stop_reason_.empty()) {
      if (!stop_reason_.empty()) record_length();
      trainer_.end_here();
      write_config(trainer_, folder_);
      stopped = false;
      whole_ = true;
    }
    return finish(stopped);
  }

  // So that it is known how long a run was to be that stop-when ended.
  void record_length() {
    const std::uint64_t end = trainer_.epoch();
    if (end == trainer_.total_epochs()) return;
    if (config_.passes > 0.0) {
      record_.changes.push_back({end, {"passes", setting_text(config_.passes), "0"}});
    }
    record_.changes.push_back(
        {end, {"epochs", std::to_string(config_.epochs), std::to_string(end)}});
  }

  /// To the last epoch, or until stopped, which it returns; after a breakdown from an older
  /// checkpoint on, where that is wished.
  bool train_through_breakdowns() {
    for (;;) {
      try {
        return train_to_the_end();
      } catch (const Error& error) {
        if (error.code() != ErrorCode::diverged || !can_go_back()) throw;
        go_back(error);
      }
    }
  }

  bool train_to_the_end() {
    const std::uint64_t total = trainer_.total_epochs();
    bool stopped = false;
    while (trainer_.epoch() < total && !stopped && stop_reason_.empty()) {
      profile_.before(trainer_);
      stopped = train_until(next_event(trainer_.epoch(), total));
      profile_.after(trainer_, folder_, request_.observer);
      const std::uint64_t epoch = trainer_.epoch();
      if (stopped && epoch < total) break;
      if (due(epoch, quality_.every()) || (epoch == total && quality_.every() > 0)) evaluate();
      if (epoch < total && stop_reason_.empty()) keep_up(epoch);
    }
    return stopped;
  }

  /// The next epoch after which there is something to do beside training.
  std::uint64_t next_event(std::uint64_t epoch, std::uint64_t total) const {
    std::uint64_t next = profile_.next_change(epoch, total);
    for (const std::uint64_t every : {config_.sample_every, config_.save_every, quality_.every()}) {
      if (every > 0) next = std::min(next, (epoch / every + 1) * every);
    }
    return next;
  }

  /// True if a stop was asked for on the way. Metrics are complete up to an error.
  bool train_until(std::uint64_t epoch) {
    bool stopped = false, broken = false;
    double beside = 0.0;
    const std::uint64_t first = trainer_.epoch();
    const auto before = Clock::now();
    try {
      trainer_.train(epoch - first, [&](const StepReport& report) {
        const auto at = Clock::now();
        folder_.metrics().add(report, seconds_since(metrics_start_));
        checkpoints_.add(report);
        told_.epoch_done(report);
        told_.alarmed(quality_.add(report), quality_.alarms(), false);
        broken = broken || quality_.alarms().stands(AlarmKind::divergence);
        stopped = stopped || (request_.stop_requested && request_.stop_requested());
        beside += seconds_since(at);
        return !stopped && !broken;
      });
    } catch (...) {
      folder_.metrics().flush();
      throw;
    }
    stepping_ += seconds_since(before) - beside;
    stepped_ += trainer_.epoch() - first;
    if (broken) break_down();
    return stopped;
  }

  void evaluate() {
    const RunQuality::Outcome found = quality_.evaluate(trainer_, folder_.metrics());
    told_.evaluated(found, quality_);
    told_.alarmed(found.alarms, quality_.alarms(), true);
    if (quality_.alarms().stands(AlarmKind::divergence)) break_down();
    if (found.stop) stop_reason_ = *found.stop;
    if (found.best && trainer_.epoch() < trainer_.total_epochs()) save();
  }

  /// Ends training for an alarm, as a loss that is not finite does.
  [[noreturn]] void break_down() {
    folder_.metrics().flush();
    const Alarm& alarm = quality_.alarms().raised().back();
    throw Error(ErrorCode::diverged,
                {"training diverged", "epoch " + std::to_string(alarm.epoch), alarm.text, "", ""});
  }

  bool can_go_back() const {
    return config_.on_divergence == DivergenceKind::rollback &&
           record_.rollbacks.size() < most_rollbacks && checkpoints_.good().has_value();
  }

  /// To the last good checkpoint, at half the rates. Nothing of the trainer that broke down is used
  /// again, and its memory is free before there is another.
  void go_back(const Error& error) {
    folder_.metrics().flush();
    const std::uint64_t at = trainer_.epoch();
    const std::uint64_t to = checkpoints_.good().value();
    const Checkpoint good = load_checkpoint_at({folder_.checkpoints(), checkpoint_name(to)});
    const HalvedRates halved = halved_rates(config_);
    { const Trainer spent = std::move(trainer_); }
    trainer_ = Trainer(halved.config, trials_.training);
    trainer_.restore(good);
    config_ = trainer_.config();
    record_.rollbacks.push_back({at, to});
    for (const SettingChange& change : halved.changes) record_.changes.push_back({to, change});
    folder_.set_aside_after(to);
    checkpoints_.judge(to);
    folder_.start_metrics(to, LaterEvents::kept);
    quality_.read(folder_.metrics_place(), to);
    metrics_start_ = Clock::now();
    folder_.metrics().add_event(rollback_line(at, to, error.what(), config_.generator_rate(),
                                              config_.discriminator_rate()));
    for (const SettingChange& change : halved.changes) folder_.metrics().add_change(to, change);
    write_config(trainer_, folder_);
    save();  // so that a resume goes on as this run does
    std::string changes;
    for (const SettingChange& change : halved.changes) changes += ", " + change_text(change);
    told_.went_back(to);
    told_.warn(std::string(error.what()) + ": back to epoch " + std::to_string(to) + changes +
               " (rollback " + std::to_string(record_.rollbacks.size()) + " of " +
               std::to_string(most_rollbacks) + ")");
  }

  void keep_up(std::uint64_t epoch) {
    if (due(epoch, config_.sample_every)) draw_samples();
    if (due(epoch, config_.save_every) && checkpoints_.saved_epoch() != epoch) save();
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
    checkpoints_.save(trainer_.epoch(), checkpoint);
    folder_.metrics().set_checkpoints(checkpoints_.epochs());
    told_.draw([&] { folder_.write_loss_curves(); });
    told_.flush();
  }

  void draw_samples() {
    told_.draw([&] { folder_.write_sample_grid(trainer_, trials_.training); });
    told_.add_sheet(trainer_.epoch());
  }

  // From the best checkpoint: the newest may hold finite garbage.
  std::string way_on() const {
    fs::path best = checkpoints_.newest();
    if (const auto epoch = checkpoints_.good()) best.replace_filename(checkpoint_name(*epoch));
    const fs::path named = best == checkpoints_.newest() ? folder_.path() : best;
    return "go on from " + best.string() + " by --resume " + named.string() + " " +
           lower_rates(config_) +
           (is_oldest(best) ? "" : ", or from an older checkpoint beside it");
  }

  // Whether no older checkpoint has been trained at all.
  bool is_oldest(const fs::path& checkpoint) const {
    const std::set<std::uint64_t> epochs = checkpoints_.epochs();
    const auto trained = epochs.upper_bound(0);
    return trained == epochs.end() || checkpoint.filename() <= checkpoint_name(*trained);
  }

  // Beside an error that is told already, one of the log is not.
  void log_end(const Error& error) {
    const std::string_view where = error.detail().where;
    constexpr std::string_view word = "epoch ";
    std::optional<std::uint64_t> epoch;
    if (where.starts_with(word)) {
      epoch = read_number<std::uint64_t>(
          where.substr(word.size(), where.find_first_of(",:") - word.size()));
    }
    try {
      folder_.metrics().add_event(
          diverged_line(epoch.value_or(trainer_.epoch()), error.detail().found));
      folder_.metrics().flush();
    } catch (const Error&) {
    }
  }

  // Beside an error that is told already, one of the picture is not.
  void draw_what_is_known() const {
    try {
      folder_.write_loss_curves();
    } catch (const Error&) {
    }
  }

  // Samples are drawn from the checkpoint that generate would take. Training is over: the trainer
  // has its weights from here on.
  void write_samples() {
    if (quality_.best_epoch()) {
      const LoadedCheckpoint best = load_chosen(folder_.present_path(), WhichCheckpoint::best);
      for (const std::string& line : best.skipped) told_.warn(line);
      const bool newest = metadata_number(best.checkpoint, "epoch") == trainer_.epoch();
      if (!newest) trainer_.restore(best.checkpoint);
    }
    folder_.write_samples(trainer_, trials_.training, final_samples);
  }

  RunResult finish(bool stopped) {
    profile_.finish(folder_, request_.observer);
    save();
    stopped = stopped || cut_;  // at the last epoch, going on is judging the rows left out
    draw_samples();
    if (traits_of(config_).encodes) {
      told_.draw([&] { folder_.write_reconstructions(trainer_, trials_.training); });
    }
    RunResult result;
    result.folder = folder_.present_path();
    result.checkpoint = result.folder / "checkpoints" / checkpoints_.newest().filename();
    result.epochs = trainer_.epoch();
    if (!stopped) write_samples();
    result.samples_epoch = trainer_.epoch();
    result.samples_from = trainer_.samples_from();
    result.stopped = stopped;
    result.seconds = seconds_since(start_);
    result.epochs_per_second = stepping_ > 0.0 ? static_cast<double>(stepped_) / stepping_ : 0.0;
    result.stop_reason = stop_reason_;
    quality_.tell(result);
    if (!stopped) {
      folder_.metrics().add_done(result.epochs, seconds_since(metrics_start_),
                                 result.epochs_per_second);
    }
    told_.flush();
    return result;
  }

  const RunRequest& request_;
  Trainer& trainer_;
  const SplitTrials& trials_;
  RunFolder& folder_;
  TrainConfig config_;
  StepProfile profile_;
  RunQuality quality_;
  RunCheckpoints checkpoints_;
  RunOutlets told_;
  bool whole_ = false;  // a stop was asked for, and was the run's end
  bool cut_ = false;    // the newest checkpoint lacks what is found last, for a stop was asked for
  std::string stop_reason_;
  Clock::time_point start_{};
  Clock::time_point metrics_start_{};
  double stepping_ = 0.0;
  std::uint64_t stepped_ = 0;
  RunRecord record_;
  const std::vector<SettingChange> changes_;
};

}  // namespace

RunResult run_epochs(const RunRequest& request, Trainer& trainer, const SplitTrials& trials,
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
