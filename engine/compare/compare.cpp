#include "engine/compare/compare.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/compare_place.hpp"
#include "engine/compare/compare_run.hpp"
#include "engine/compare/comparison_file.hpp"
#include "engine/compare/comparison_report.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/device/devices.hpp"
#include "engine/models/architecture.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/pictures/trial_pictures.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t default_batch = 128;
// Where time ends a run.
constexpr std::uint64_t endless_epochs = 1000000000;

[[noreturn]] void refuse_models(const std::string& found, const std::string& allowed) {
  throw Error(ErrorCode::usage, {"bad command line", "models", found, allowed, ""});
}

void check(const CompareRequest& request) {
  if (request.models.empty()) refuse_models("none", "one or more");
  std::set<std::string> seen;
  for (const std::string& model : request.models) {
    (void)comparable_config(model);
    const std::string what = model == "gan" ? "default" : model;
    if (!seen.insert(what).second) {
      const bool other_name = std::count(request.models.begin(), request.models.end(), model) == 1;
      refuse_models("'" + model + "' twice" + (other_name ? ": gan is the preset default" : ""),
                    "each model once");
    }
  }
  const bool any_over_cells = std::any_of(
      request.models.begin(), request.models.end(),
      [](const std::string& model) { return traits_of(comparable_config(model)).over_cells; });
  if (request.folds != 0 && !any_over_cells) {
    refuse_setting("folds", std::to_string(request.folds) + " without a masked model",
                   "with masked among the models", "leave it out, or add masked to --models");
  }
  if (!(request.minutes >= 0.0 && request.minutes <= 1e6)) {
    refuse_setting("minutes", setting_text(request.minutes), "0 (off) to 1e6");
  }
  if (std::cmp_less(request.count, fewest_measured) || request.count > 1000000) {
    refuse_setting("count", std::to_string(request.count), allowed_compared_counts);
  }
}

std::string budget_text(const CompareRequest& request) {
  if (request.minutes > 0.0) {
    return general_text(request.minutes) + (request.minutes == 1.0 ? " minute" : " minutes");
  }
  return std::to_string(request.epochs) + (request.epochs == 1 ? " epoch" : " epochs");
}

/// One call of compare.
class Comparing {
 public:
  explicit Comparing(const CompareRequest& request) : request_(request) {
    if (!request.resume.empty()) take_over();
  }

  Comparison run() {
    check(request_);
    const CallersDevice restored(request_.device);
    const auto backend = open_backend(request_.device, static_cast<int>(request_.threads));
    result_.device = backend->info().name + ", " +
                     to_string(choose_precision(PrecisionKind::automatic, backend->info()));
    Split split = open_split(request_);
    for (const std::string& line : split.training.notes) note(line);
    settle_models(split);
    settle_batch(split);
    make_configs(split);
    make_plan(split);
    result_.folder =
        request_.resume.empty() ? claim_comparison_folder(request_.out) : request_.resume;
    if (request_.resume.empty()) write_comparison_file(result_);  // so that it can be gone on with
    const fs::path held_out = result_.folder / "held-out.npy";
    write_trials(held_out, split.held_out);
    note("measuring the data");
    EvaluatorOptions options;
    options.features.kept = result_.folder / kept_features_name;
    options.features.seed = options.seed = request_.seed;
    options.features.device = request_.device;
    options.features.threads = request_.threads;
    options.features.stop_requested = request_.stop_requested;
    const Evaluator evaluator = stoppable("the data", [&] {
      Evaluator made(split.training, split.held_out, options);
      describe(split, made);
      return made;
    });
    CompareGround ground{request_,  result_.folder,
                         held_out,  split.training.part(0, 1),
                         evaluator, panel_for_data(split.training)};
    if (ground.sheet) result_.real = draw_real(split.training, *ground.sheet);
    for (ComparedModel& model : result_.models) model.samples = samples_drawn(ground, model);
    write_comparison_file(result_);
    set_lengths(split.training);
    split = {};  // each run reads its own
    for (std::size_t i = 0; i < configs_.size(); ++i) {
      if (!is_done(request_.models[i])) compare_one(ground, i);
    }
    if (!request_.resume.empty()) write_comparison(result_);
    require_one();
    return std::move(result_);
  }

 private:
  void note(const std::string& line) {
    if (request_.observer != nullptr) request_.observer->note(line);
  }

  void take_over() {
    ComparisonSoFar found = read_comparison_file(request_.resume);
    result_.plan = std::move(found.plan);
    result_.models = std::move(found.models);
    const ComparePlan& plan = result_.plan;
    request_.data = plan.data;
    request_.labels = plan.labels;
    request_.array = plan.array;
    request_.dataset = plan.dataset;
    request_.shape = plan.shape;
    request_.models = plan.models;
    request_.epochs = plan.epochs;
    request_.minutes = plan.minutes;
    request_.batch = plan.batch;
    request_.seed = plan.seed;
    request_.count = plan.count;
    request_.folds = plan.folds;
  }

  bool is_done(const std::string& name) const {
    return std::any_of(result_.models.begin(), result_.models.end(),
                       [&](const ComparedModel& model) { return model.name == name; });
  }

  // Models that nobody asked for go with the data.
  void settle_models(const Split& split) {
    if (request_.models != CompareRequest().models || split.training.shape.kind != TrialKind::row)
      return;
    std::erase(request_.models, "conv");
    note("conv is left out: rows of numbers are no pictures; if they are, --shape HxW says so");
  }

  // A batch that nobody asked for is no larger than the data.
  void settle_batch(const Split& split) {
    if (request_.batch != 0) return;
    request_.batch = std::min(default_batch, split.training.count);
    if (request_.batch == default_batch) return;
    note("batch " + std::to_string(request_.batch) + " in place of " +
         std::to_string(default_batch) + ": there are that many trials to train on");
  }

  // The plan of a comparison that goes on is there, and must be about the same trials.
  void make_plan(const Split& split) {
    ComparePlan& plan = result_.plan;
    const std::string fingerprint = split.training.fingerprint();
    if (!request_.resume.empty()) {
      if (plan.fingerprint == fingerprint) return;
      throw Error(ErrorCode::bad_data,
                  {"cannot go on with a comparison on other data", plan.data,
                   "fingerprint " + fingerprint, plan.fingerprint, "bring the same data back"});
    }
    plan = {lasting_data_name(request_.data, split.training),
            request_.labels,
            request_.array,
            request_.dataset,
            request_.shape,
            request_.models,
            request_.epochs,
            request_.minutes,
            request_.batch,
            request_.seed,
            request_.count,
            request_.folds,
            {},
            fingerprint};
    if (!plan.labels.empty() && plan.labels != no_labels) {
      plan.labels = fs::absolute(plan.labels).lexically_normal().string();
    }
  }

  void set_shared(TrainConfig& config, const Split& split) const {
    config.data = request_.data;
    config.labels = request_.labels;
    config.array = request_.array;
    config.dataset = request_.dataset;
    config.shape = request_.shape;
    if (config.shape.empty() && split.training.shape.kind == TrialKind::curve) config.shape = "tc";
    config.hold_out = split.share;
    config.hold_out_part = HoldOutPart::last;
    config.evaluate_every = 0;  // all models are measured alike, afterwards
    config.batch = request_.batch;
    config.seed = request_.seed;
    config.device = request_.device;
    config.threads = request_.threads;
    config.epochs = request_.minutes > 0.0 ? endless_epochs : request_.epochs;
  }

  // All are looked at before the first is trained; what they share, before what is a model's own.
  void make_configs(const Split& split) {
    const Trials& trials = split.training;
    const TrialShape trial = trials.shape;
    TrainConfig shared;
    set_shared(shared, split);
    validate(shared);
    for (const std::string& name : request_.models) {
      TrainConfig config = comparable_config(name);
      if (request_.adjust) request_.adjust(name, config);
      if (traits_of(config).over_cells) config.folds = request_.folds;
      set_shared(config, split);
      naming(name, [&] {
        validate(config);
        require_pictures(config, trial);
        if (traits_of(config).over_cells) {
          if (trials.schema) return;
          refuse_setting("model", to_text(config.model) + ", of data that are no table",
                         "models for such data", "leave it out of --models");
        }

        const TrainConfig all = with_layers(config, trial);
        (void)generator_layers(all, trial);
        (void)traits_of(all).second_layers(all, trial, 0);
      });
      configs_.push_back(config);
    }
    if (request_.batch > trials.count) {
      refuse_setting(
          "batch", counted(request_.batch, "trial"),
          "1 to " + std::to_string(trials.count) + ", the trials to train on of " + trials.source,
          "leave --batch out, or give more data");
    }
  }

  void describe(const Split& split, const Evaluator& evaluator) {
    result_.data = split.training.source;
    result_.training_trials = split.training.count;
    result_.held_out_trials = split.held_out.count;
    result_.pixels_are_bytes = split.training.is_u8();
    result_.rows = split.training.shape.kind == TrialKind::row;
    result_.budget = budget_text(request_);
    result_.batch = request_.batch;
    result_.seed = request_.seed;
    result_.count = request_.count;
    result_.space = evaluator.space();
    result_.floors =
        evaluator.floors(MeasureDepth::full, static_cast<std::int64_t>(request_.count));
  }

  // Rates that fall over a run need to know its length.
  void set_lengths(const Trials& training) {
    const std::vector<std::uint64_t> known = result_.plan.lengths;
    for (std::size_t i = 0; i < configs_.size(); ++i) {
      TrainConfig& config = configs_[i];
      config.out = (result_.folder / request_.models[i]).string();
      if (i < known.size()) config.epochs = known[i];
      if (!known.empty()) continue;
      if (request_.minutes <= 0.0 || config.lr_schedule == ScheduleKind::constant) continue;
      note(request_.models[i] + ": estimating how many epochs its rates fall over");
      config.epochs =
          epochs_within(config, training, 60.0 * request_.minutes, request_.stop_requested);
      if (request_.stop_requested && request_.stop_requested()) {
        refuse_stopped(request_.models[i]);
      }
    }
    if (!known.empty()) return;
    for (const TrainConfig& config : configs_) result_.plan.lengths.push_back(config.epochs);
    write_comparison_file(result_);
  }

  /// An error of a model's settings, of them with the data, or of its memory names the model. The
  /// flags that train would be advised to change are none of compare's.
  template <class Body>
  static void naming(const std::string& name, Body body) {
    try {
      body();
    } catch (const Error& error) {
      const bool memory = error.code() == ErrorCode::no_device;
      const bool settings =
          error.code() == ErrorCode::bad_config || error.code() == ErrorCode::bad_data;
      if (!memory && !settings) throw;
      ErrorDetail detail = error.detail();
      detail.where = "model " + name + (detail.where.empty() ? "" : ": ") + detail.where;
      if (settings) detail.remedy = "leave it out of --models";
      throw Error(error.code(), detail);
    }
  }

  void compare_one(const CompareGround& ground, std::size_t i) {
    const std::string& name = request_.models[i];
    result_.models.push_back(stoppable(name, [&] {
      std::optional<ComparedModel> made;
      naming(name, [&] { made = compare_model(ground, name, configs_[i]); });
      return std::move(*made);
    }));
    write_comparison(result_);
    if (request_.observer != nullptr) request_.observer->measured(result_.models.back());
  }

  /// What `work` returns; where it is stopped, the error says what is there.
  template <class Work>
  std::invoke_result_t<Work> stoppable(const std::string& at, Work work) const {
    try {
      return work();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::interrupted) throw;
      refuse_stopped(at);
    }
  }

  [[noreturn]] void refuse_stopped(const std::string& name) const {
    throw Error(ErrorCode::interrupted,
                {"stopped on request while at " + name, "", "", "", what_is_there()});
  }

  std::string what_is_there() const {
    std::string done;
    for (const ComparedModel& model : result_.models) {
      done += (done.empty() ? "" : ", ") + model.name;
    }
    const std::string folder = result_.folder.string();
    return folder + (done.empty() ? " has no model compared yet" : " compares " + done) +
           "; go on by compare --resume " + folder;
  }

  void require_one() const {
    const auto& models = result_.models;
    if (std::any_of(models.begin(), models.end(), [](const auto& m) { return m.quality; })) return;
    throw Error(ErrorCode::diverged, {"training diverged", "every model", models.front().failure,
                                      "", result_.folder.string() + " has comparison.md"});
  }

  CompareRequest request_;
  std::vector<TrainConfig> configs_;
  Comparison result_;
};

}  // namespace

Comparison compare(const CompareRequest& request) { return Comparing(request).run(); }

}  // namespace vgan
