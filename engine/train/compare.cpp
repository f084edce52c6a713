#include "engine/train/compare.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <span>

#include "engine/devices.hpp"
#include "engine/error.hpp"
#include "engine/metrics/resampled.hpp"
#include "engine/number_text.hpp"
#include "engine/readers/npy.hpp"
#include "engine/readers/open_images.hpp"
#include "engine/train/architecture.hpp"
#include "engine/train/compare_run.hpp"
#include "engine/train/comparison_report.hpp"
#include "engine/train/generator_model.hpp"
#include "engine/train/refuse_setting.hpp"
#include "engine/train/trial_pictures.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t fewest_trials = 100;
constexpr std::int64_t held_out_share = 10;  // every tenth
constexpr std::int64_t most_held_out = 10000;
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
  if (!(request.minutes >= 0.0 && request.minutes <= 1e6)) {
    refuse_setting("minutes", setting_text(request.minutes), "0 (off) to 1e6");
  }
  if (request.count < QualityJudge::fewest || request.count > 1000000) {
    refuse_setting("count", std::to_string(request.count),
                   std::to_string(QualityJudge::fewest) + " to 1,000,000");
  }
}

// Making a folder is what claims it.
fs::path claim_folder(const fs::path& wanted) {
  std::error_code error;
  if (!wanted.empty()) {
    fs::create_directories(wanted, error);
    if (!error && fs::is_empty(wanted, error) && !error) return wanted;
    if (error)
      throw Error(ErrorCode::io, {"cannot make a folder", wanted.string(), error.message()});
    throw Error(ErrorCode::bad_config,
                {"the folder is not empty", wanted.string(), "", "", "choose another --out"});
  }
  fs::create_directories("runs", error);
  for (int number = 1; !error; ++number) {
    char name[32];
    std::snprintf(name, sizeof(name), "compare-%04d", number);
    if (fs::create_directory(fs::path("runs") / name, error)) return fs::path("runs") / name;
  }
  throw Error(ErrorCode::io, {"cannot make a folder", "runs", error.message()});
}

std::string budget_text(const CompareRequest& request) {
  if (request.minutes > 0.0) {
    return general_text(request.minutes) + (request.minutes == 1.0 ? " minute" : " minutes");
  }
  return std::to_string(request.epochs) + (request.epochs == 1 ? " epoch" : " epochs");
}

/// The data, split.
struct Split {
  ImageSet training, held_out;
  double share = 0.0;  ///< of `held_out`
};

Split open_split(const CompareRequest& request) {
  ImageSet all = open_images({.data = request.data,
                              .labels = request.labels,
                              .seed = request.seed,
                              .threads = static_cast<int>(request.threads)});
  if (all.count < fewest_trials) {
    throw Error(ErrorCode::bad_data,
                {"too few trials to hold some out", all.source, std::to_string(all.count),
                 std::to_string(fewest_trials) + " or more", ""});
  }
  const std::int64_t held_out = std::min(all.count / held_out_share, most_held_out);
  const double share = static_cast<double>(held_out) / static_cast<double>(all.count);
  ImageSet last = all.part(all.count - held_out, held_out);
  all.keep_first(all.count - held_out);
  return {std::move(all), std::move(last), share};
}

void write_trials(const fs::path& path, const ImageSet& images) {
  std::visit(
      [&](const auto& pixels) {
        using Number = typename std::decay_t<decltype(pixels)>::value_type;
        NpyWriter writer(path, value_type_of<Number>(), images.array_shape());
        writer.append(std::span(pixels));
        writer.finish();
      },
      images.pixels);
}

/// One call of compare.
class Comparing {
 public:
  explicit Comparing(const CompareRequest& request) : request_(request) {}

  Comparison run() {
    check(request_);
    const auto backend = open_backend(request_.device, static_cast<int>(request_.threads));
    result_.device =
        backend->info().name + ", " + to_string(choose_precision("auto", backend->info()));
    Split split = open_split(request_);
    make_configs(split);
    result_.folder = claim_folder(request_.out);
    const fs::path held_out = result_.folder / "held-out.npy";
    write_trials(held_out, split.held_out);
    note("measuring the data");
    const QualityJudge judge(split.training, split.held_out);
    describe(split, judge);
    CompareGround ground{request_, result_.folder,
                         held_out, split.training.part(0, 1),
                         judge,    panel_for_data(split.training)};
    if (ground.sheet) result_.real = draw_real(split.training, *ground.sheet);
    set_lengths(split.training);
    split = {};  // each run reads its own
    for (std::size_t i = 0; i < configs_.size(); ++i) compare_one(ground, i);
    require_one();
    return std::move(result_);
  }

 private:
  void note(const std::string& line) {
    if (request_.observer != nullptr) request_.observer->note(line);
  }

  void set_shared(TrainConfig& config, const Split& split) const {
    config.data = request_.data;
    config.labels = request_.labels;
    config.hold_out = split.share;
    config.batch = request_.batch;
    config.seed = request_.seed;
    config.device = request_.device;
    config.threads = request_.threads;
    config.epochs = request_.minutes > 0.0 ? endless_epochs : request_.epochs;
  }

  // All are looked at before the first is trained; what they share, before what is a model's own.
  void make_configs(const Split& split) {
    const ImageSet& images = split.training;
    const TrialShape trial = images.shape();
    TrainConfig shared;
    set_shared(shared, split);
    validate(shared);
    for (const std::string& name : request_.models) {
      TrainConfig config = comparable_config(name);
      if (request_.adjust) request_.adjust(name, config);
      set_shared(config, split);
      naming(name, [&] {
        validate(config);
        const TrainConfig all = with_layers(config, trial);
        (void)generator_layers(all, trial);
        (void)(all.is_gan() ? discriminator_layers(all, trial) : encoder_layers(all, trial));
      });
      configs_.push_back(config);
    }
    if (request_.batch > images.count) {
      refuse_setting("batch", std::to_string(request_.batch),
                     "1 to " + std::to_string(images.count) + ", the trials to train on");
    }
  }

  void describe(const Split& split, const QualityJudge& judge) {
    result_.data = split.training.source;
    result_.training_trials = split.training.count;
    result_.held_out_trials = split.held_out.count;
    result_.pixels_are_bytes =
        std::holds_alternative<std::vector<std::uint8_t>>(split.training.pixels);
    result_.budget = budget_text(request_);
    result_.batch = request_.batch;
    result_.seed = request_.seed;
    result_.count = request_.count;
    result_.components = judge.components().size();
    result_.explained = judge.components().explained();
    result_.classes_right = judge.classes_right();
    const auto count = static_cast<std::int64_t>(request_.count);
    result_.training = judge.judge(TrialRows(split.training, count));
    const ImageSet drawn = resampled_columns(split.training, count, request_.seed);
    result_.resampled = judge.judge(TrialRows(drawn));
  }

  // Rates that fall over a run need to know its length.
  void set_lengths(const ImageSet& training) {
    for (std::size_t i = 0; i < configs_.size(); ++i) {
      TrainConfig& config = configs_[i];
      config.out = (result_.folder / request_.models[i]).string();
      if (request_.minutes <= 0.0 || config.lr_schedule == "constant") continue;
      note(request_.models[i] + ": estimating how many epochs its rates fall over");
      config.epochs =
          epochs_within(config, training, 60.0 * request_.minutes, request_.stop_requested);
      if (request_.stop_requested && request_.stop_requested()) {
        refuse_stopped(request_.models[i]);
      }
    }
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
    try {
      naming(name, [&] { result_.models.push_back(compare_model(ground, name, configs_[i])); });
    } catch (const Error& error) {
      if (error.code() != ErrorCode::interrupted) throw;
      refuse_stopped(name);
    }
    write_comparison(result_);
    if (request_.observer != nullptr) request_.observer->measured(result_.models.back());
  }

  [[noreturn]] void refuse_stopped(const std::string& name) const {
    throw Error(ErrorCode::interrupted,
                {"stopped on request while at " + name, "", "", "", what_is_there(name)});
  }

  std::string what_is_there(const std::string& name) const {
    std::string done;
    for (const ComparedModel& model : result_.models) {
      done += (done.empty() ? "" : ", ") + model.name;
    }
    const std::string folder = result_.folder.string();
    const std::string run = (result_.folder / name).string();
    std::error_code ignored;
    return folder + (done.empty() ? " has no model compared yet" : " compares " + done) +
           (fs::exists(result_.folder / name / "checkpoints", ignored)
                ? "; " + run + " can go on with train --resume " + run +
                      (request_.minutes > 0.0 ? " --epochs N" : "")
                : "");
  }

  void require_one() const {
    const auto& models = result_.models;
    if (std::any_of(models.begin(), models.end(), [](const auto& m) { return m.quality; })) return;
    throw Error(ErrorCode::diverged, {"training diverged", "every model", models.front().failure,
                                      "", result_.folder.string() + " has comparison.md"});
  }

  const CompareRequest& request_;
  std::vector<TrainConfig> configs_;
  Comparison result_;
};

}  // namespace

Comparison compare(const CompareRequest& request) { return Comparing(request).run(); }

}  // namespace vgan
