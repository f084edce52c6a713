#include "engine/run/run.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/held_out.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/device/devices.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/run/chosen_model.hpp"
#include "engine/run/resumption.hpp"
#include "engine/run/run_folder.hpp"
#include "engine/run/run_loop.hpp"
#include "engine/run/run_origin.hpp"
#include "engine/run/run_quality.hpp"
#include "engine/settings/schema_file.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

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
    observer->note("set " + counted(aside, "file") + " of later epochs aside in " +
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

void start_from(const RunOrigin& origin, Trainer& trainer, RunObserver* observer) {
  trainer.start_from(origin.loaded.checkpoint);
  if (observer == nullptr) return;
  for (const std::string& line : origin.loaded.skipped) observer->warn(line);
  observer->note("weights from " + origin.loaded.file.string() + " (epoch " +
                 std::to_string(origin.record().epoch) + ")");
}

void tell_mixed(RunObserver* observer, const std::string& file) {
  if (observer == nullptr) return;
  observer->warn("the trials held out are others than those of " + file +
                 ", whose weights may have seen them: measures flatter then, and copying does not "
                 "show; leave --seed, --hold-out and --hold-out-part as that run has them");
}

// Rows of a table are learnt by a masked model, unless another was asked for.
void fit_model(const RunRequest& request, const Trials& trials, TrainConfig& config) {
  if (!request.choose_model || !trials.schema) return;
  ChosenModel chosen = model_of_table(request, config);
  config = std::move(chosen.config);
  if (request.observer != nullptr) request.observer->note(chosen.note);
}

// A file of labels that is named beside curves says what they are curves of.
void fit_conditions(const RunRequest& request, const Trials& trials, TrainConfig& config) {
  const bool open = request.condition_on_labels && config.model == ModelKind::gan &&
                    !config.conditional && config.conditions.empty();
  const bool named = !config.labels.empty() && config.labels != no_labels;
  if (!open || !named || trials.shape.kind != TrialKind::curve) return;
  const std::set<std::int32_t> classes(trials.labels.begin(), trials.labels.end());
  if (classes.size() < 2) return;
  TrainConfig conditional = config;
  conditional.conditional = true;
  if (refusal_of(conditional, request.given)) return;
  config = std::move(conditional);
  if (request.observer == nullptr) return;
  request.observer->note(
      "--conditional, as --labels names the curves' classes: generate --label "
      "draws one of these; without --labels no network sees them");
}

// A batch that nobody asked for is no larger than the data.
void fit_batch(const RunRequest& request, const Trials& trials, TrainConfig& config) {
  // Another run's, which --from takes over, was not asked for either.
  const bool own = request.from.empty() && config.batch != preset(config.preset).batch;
  if (own || is_given(request, "batch") || config.batch <= trials.count) return;
  const std::int64_t unit = config.pack * std::max<std::int64_t>(1, config.minibatch_stddev);
  const std::int64_t fitting = trials.count / unit * unit;
  if (fitting == 0) return;  // the trainer says what is wrong
  if (request.observer != nullptr) {
    request.observer->note("batch " + std::to_string(fitting) + " in place of " +
                           std::to_string(config.batch) + ": there are " +
                           counted(trials.count, "trial") + " to train on");
  }
  config.batch = fitting;
}

// A resumed run reads its data as it did, however the reader would take them today.
ShapeWish shape_wish(const TrainConfig& config, const std::optional<Resumption>& resumption) {
  ShapeWish wish{config.shape, config.net == NetKind::conv1d, std::nullopt};
  if (resumption && config.shape.empty()) wish.expected = resumption->trial;
  return wish;
}

// A resumed run's columns are what they were, unless another file is given now.
SchemaWish schema_wish(const RunRequest& request, const TrainConfig& config,
                       const std::optional<Resumption>& resumption) {
  if (resumption && resumption->schema && !is_given(request, "schema")) {
    return wish_of(*resumption->schema, resumption->loaded.file.string());
  }
  return config.schema.empty() ? SchemaWish{} : read_schema_file(config.schema);
}

double share_of(const SplitTrials& split) {
  return static_cast<double>(split.held_out.count) /
         static_cast<double>(split.training.count + split.held_out.count);
}

// Says once what is not trained on.
SplitTrials split_off(const RunRequest& request, const TrainConfig& config, Trials trials) {
  const std::int64_t all = trials.count;
  const std::int64_t held_out = config.held_out(all, trials.shape.kind);
  if (held_out > 0 && held_out >= all) {
    refuse_setting("hold-out", "all of " + counted(all, "trial"),
                   "a share that leaves trials to train on");
  }
  if (held_out > 0 && request.observer != nullptr) {
    const bool last = config.hold_out_part == HoldOutPart::last;
    request.observer->note(
        last ? "held out the last " + counted(held_out, "trial") + " of " + grouped(all)
             : "held out " + counted(held_out, "trial") + " of " + grouped(all) +
                   ", drawn by the seed, to measure samples beside; --hold-out 0 trains on all");
  }
  return split_trials(std::move(trials), held_out, config.hold_out_part, config.seed);
}

void tell(RunObserver* observer, const std::vector<std::string>& notes) {
  if (observer == nullptr) return;
  for (const std::string& note : notes) observer->note(note);
}

}  // namespace

RunResult run_training(const RunRequest& request) {
  std::optional<Resumption> resumption;
  std::optional<RunOrigin> origin;
  if (request.resume) resumption = find_resumption(request);
  if (!request.resume && !request.from.empty()) origin = find_origin(request);
  const TrainConfig& config = resumption ? resumption->config
                              : origin   ? origin->config
                                         : request.config;
  judge_settings(request, config, resumption.has_value());
  const CallersDevice restored(config.device);
  // The device is opened before the data is read: an absent one is said at once.
  (void)open_backend(config.device, 1);
  Trials opened = open_trials({.data = config.data,
                               .labels = config.labels,
                               .conditions = config.conditions,
                               .array = config.array,
                               .dataset = config.dataset,
                               .seed = config.seed,
                               .row_bytes = static_cast<std::uint64_t>(config.memory * 0x1p30),
                               .shape = shape_wish(config, resumption),
                               .dialect = {config.delimiter, config.decimal, config.header},
                               .schema = schema_wish(request, config, resumption),
                               .threads = static_cast<int>(config.threads)});
  tell(request.observer, opened.notes);
  const SplitTrials split = split_off(request, config, std::move(opened));
  const Trials& trials = split.training;
  TrainConfig lasting = config;
  lasting.data = lasting_data_name(config.data, trials);
  if (!config.labels.empty() && config.labels != no_labels) {
    lasting.labels = fs::absolute(config.labels).lexically_normal().string();
  }
  if (!config.schema.empty()) {
    lasting.schema = fs::absolute(config.schema).lexically_normal().string();
  }
  if (!config.conditions.empty()) {
    lasting.conditions = fs::absolute(config.conditions).lexically_normal().string();
  }
  // Other columns than those that the run was started with are no fault of the data.
  if (resumption && resumption->schema && is_given(request, "schema") && trials.schema &&
      !same_encoding(*trials.schema, *resumption->schema)) {
    refuse_setting("schema", "'" + config.schema + "', by which the columns are others",
                   "those that the run was started with", "leave --schema out");
  }
  // Before the data are held against settings, which a resumed run cannot change.
  if (resumption) {
    require_same(resumption->loaded.checkpoint, "data", trials.fingerprint(), "data");
  }
  if (origin) origin->require_fit(trials);
  if (!resumption && !origin) {
    fit_model(request, trials, lasting);
    fit_conditions(request, trials, lasting);
  }
  if (!resumption && lasting.model == ModelKind::gan) {
    if (const auto refusal = refusal_of(lasting, request.given)) throw *refusal;
  }
  if (!resumption) fit_batch(request, trials, lasting);
  // As a share, whatever later versions make of auto.
  if (!lasting.hold_out) lasting.hold_out = share_of(split);
  Trainer trainer(lasting, trials);
  if (resumption) trainer.restore(resumption->loaded.checkpoint);
  if (origin) start_from(*origin, trainer, request.observer);
  // Before anything is written: what cannot be measured is refused.
  (void)RunQuality(trainer, trials, split.held_out, {});
  RunFolder folder = resumption ? std::move(resumption->folder) : RunFolder::create(config.out);
  require_work(trainer, folder);
  folder.make_ready();
  write_config(trainer, folder);
  folder.write_schema(trials);
  if (resumption) take_up(*resumption, trainer, folder, request.observer);
  const fs::path from = resumption ? resumption->loaded.file : fs::path();
  RunRecord record = resumption ? resumption->record : RunRecord{};
  if (origin) record.origin = origin->record();
  if (origin && origin->mixes(split, lasting.data)) {
    record.origin->mixed = true;
    tell_mixed(request.observer, record.origin->file);
  }
  return run_epochs(request, trainer, split, folder, from, record,
                    resumption ? resumption->changes : std::vector<SettingChange>{});
}

}  // namespace vgan
