#include "engine/train/run.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/devices.hpp"
#include "engine/error.hpp"
#include "engine/readers/open_images.hpp"
#include "engine/train/best_checkpoint.hpp"
#include "engine/train/refuse_setting.hpp"
#include "engine/train/resumption.hpp"
#include "engine/train/run_folder.hpp"
#include "engine/train/run_origin.hpp"
#include "engine/train/run_record.hpp"
#include "engine/train/same_data.hpp"
#include "engine/train/seconds.hpp"
#include "engine/train/step_profile.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t final_samples = 1000;

// A run that was killed between its last epoch and its samples still has those to write.
void require_work(const Trainer& trainer, const RunFolder& folder) {
  if (trainer.epoch() < trainer.total_epochs() || !folder.has_samples()) return;
  const std::string at = std::to_string(trainer.epoch());
  throw Error(ErrorCode::bad_config, {"nothing left to train", "the run is at epoch " + at,
                                      std::to_string(trainer.total_epochs()) + " epochs asked for",
                                      "", "give --epochs above " + at});
}

void take_up(const Resumption& resumption, const Trainer& trainer, const RunFolder& folder,
             RunObserver* observer) {
  const std::size_t aside = folder.set_aside_after(trainer.epoch());
  if (observer == nullptr) return;
  for (const std::string& line : resumption.loaded.skipped) observer->warn(line);
  if (aside > 0) {
    observer->note("set " + std::to_string(aside) + " files of later epochs aside in " +
                   (folder.path() / "superseded").string());
  }
  if (resumption.changes.empty()) return;
  std::string changes;
  for (const SettingChange& change : resumption.changes) {
    changes += (changes.empty() ? "" : ", ") + change_text(change);
  }
  observer->note("changed after epoch " + std::to_string(trainer.epoch()) + ": " + changes +
                 "; from here on this is no longer, bit for bit, the run that was started");
}

// The flags that lower the rates in use to a tenth.
std::string lower_rates(const TrainConfig& config) {
  if (config.lr_g > 0.0 && config.lr_d > 0.0) {
    return "--lr-g " + setting_text(config.lr_g / 10.0) + " --lr-d " +
           setting_text(config.lr_d / 10.0);
  }
  return "--lr " + setting_text(config.lr / 10.0);
}

void start_from(const RunOrigin& origin, Trainer& trainer, RunObserver* observer) {
  trainer.start_from(origin.loaded.checkpoint);
  if (observer == nullptr) return;
  for (const std::string& line : origin.loaded.skipped) observer->warn(line);
  observer->note("weights from " + origin.loaded.file.string() + " (epoch " +
                 std::to_string(origin.record().epoch) + ")");
}

// A batch that nobody asked for is no larger than the data.
void fit_batch(const RunRequest& request, const ImageSet& images, TrainConfig& config) {
  // Another run's, which --from takes over, was not asked for either.
  const bool own = request.from.empty() && config.batch != preset(config.preset).batch;
  if (own || is_given(request, "batch") || config.batch <= images.count) return;
  const std::int64_t unit = config.pack * std::max<std::int64_t>(1, config.minibatch_stddev);
  const std::int64_t fitting = images.count / unit * unit;
  if (fitting == 0) return;  // the trainer says what is wrong
  if (request.observer != nullptr) {
    request.observer->note("batch " + std::to_string(fitting) + " in place of " +
                           std::to_string(config.batch) + ": there are " +
                           std::to_string(images.count) + " trials to train on");
  }
  config.batch = fitting;
}

// A resumed run reads its data as it did, however the reader would take them today.
ShapeWish shape_wish(const TrainConfig& config, const std::optional<Resumption>& resumption) {
  ShapeWish wish{config.shape, config.net == "conv1d", std::nullopt};
  if (resumption && config.shape.empty()) wish.expected = resumption->trial;
  return wish;
}

void tell(RunObserver* observer, const std::vector<std::string>& notes) {
  if (observer == nullptr) return;
  for (const std::string& note : notes) observer->note(note);
}

void write_config(const Trainer& trainer, const RunFolder& folder) {
  TrainConfig written = trainer.config();
  written.out = folder.path().string();
  folder.write_config(written);
}

/// One call of run_training, after data, folder and trainer are there.
class Run {
 public:
  /// `resumed_from`: the checkpoint that `trainer` was restored from, or empty. `changes` are those
  /// made now.
  Run(const RunRequest& request, Trainer& trainer, const ImageSet& images, RunFolder& folder,
      fs::path resumed_from, RunRecord record, const std::vector<SettingChange>& changes)
      : request_(request),
        trainer_(trainer),
        images_(images),
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
    folder_.start_metrics(first, config_);
    for (const SettingChange& change : changes_) folder_.metrics().add_change(first, change);
    if (request_.observer != nullptr) {
      request_.observer->started(trainer_, images_, folder_.path(), first);
    }
    if (first == 0) {
      save();  // first of all, so that a run can be resumed whenever it is stopped
      draw([&] { folder_.write_real_grid(images_); });
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
    Checkpoint checkpoint = trainer_.checkpoint();
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
    draw([&] { folder_.write_sample_grid(trainer_, images_); });
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
    profile_.finish(trainer_, folder_, request_.observer);
    save();
    const std::uint64_t epochs = trainer_.epoch();
    draw_samples();
    if (!config_.is_gan()) draw([&] { folder_.write_reconstructions(trainer_, images_); });
    if (!stopped) folder_.write_samples(trainer_, images_, final_samples);
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
  const ImageSet& images_;
  RunFolder& folder_;
  const TrainConfig config_;
  StepProfile profile_;
  BestCheckpoint best_;
  bool pictures_missed_ = false;
  Clock::time_point start_{};
  double stepping_ = 0.0;
  fs::path saved_;
  RunRecord record_;
  const std::vector<SettingChange> changes_;
};

}  // namespace

RunResult run_training(const RunRequest& request) {
  std::optional<Resumption> resumption;
  std::optional<RunOrigin> origin;
  if (request.resume) resumption = find_resumption(request);
  if (!request.resume && !request.from.empty()) origin = find_origin(request);
  const TrainConfig& config = resumption ? resumption->config
                              : origin   ? origin->config
                                         : request.config;
  validate(config);
  if (!resumption) require_used(config, request.given);
  // The device is opened before the data is read: an absent one is said at once.
  (void)open_backend(config.device, 1);
  ImageSet images = open_images({.data = config.data,
                                 .labels = config.labels,
                                 .conditions = config.conditions,
                                 .seed = config.seed,
                                 .shape = shape_wish(config, resumption),
                                 .threads = static_cast<int>(config.threads)});
  tell(request.observer, images.notes);
  const std::int64_t held_out = config.held_out(images.count);
  if (held_out > 0 && held_out >= images.count) {
    refuse_setting("hold-out", "all of " + std::to_string(images.count) + " trials",
                   "a share that leaves trials to train on");
  }
  images.keep_first(images.count - held_out);
  if (held_out > 0 && request.observer != nullptr) {
    request.observer->note("held out the last " + std::to_string(held_out) + " trials");
  }
  TrainConfig lasting = config;
  lasting.data = lasting_data_name(config.data, images);
  if (!config.labels.empty() && config.labels != "none") {
    lasting.labels = fs::absolute(config.labels).lexically_normal().string();
  }
  if (!config.conditions.empty()) {
    lasting.conditions = fs::absolute(config.conditions).lexically_normal().string();
  }
  // Before the data are held against settings, which a resumed run cannot change.
  if (resumption) {
    require_same(resumption->loaded.checkpoint, "data", images.fingerprint(), "data");
  }
  if (origin) origin->require_fit(images);
  if (!resumption) fit_batch(request, images, lasting);
  Trainer trainer(lasting, images);
  if (resumption) trainer.restore(resumption->loaded.checkpoint);
  if (origin) start_from(*origin, trainer, request.observer);
  RunFolder folder = resumption ? std::move(resumption->folder) : RunFolder::create(config.out);
  require_work(trainer, folder);
  folder.make_ready();
  write_config(trainer, folder);
  if (resumption) take_up(*resumption, trainer, folder, request.observer);
  const fs::path from = resumption ? resumption->loaded.file : fs::path();
  RunRecord record = resumption ? resumption->record : RunRecord{};
  if (origin) record.origin = origin->record();
  return Run(request, trainer, images, folder, from, record,
             resumption ? resumption->changes : std::vector<SettingChange>{})
      .train();
}

}  // namespace vgan
