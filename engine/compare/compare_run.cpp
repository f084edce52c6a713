#include "engine/compare/compare_run.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/generate/generate.hpp"
#include "engine/generate/reconstruct.hpp"
#include "engine/models/architecture.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/pictures/reconstruction_sheet.hpp"
#include "engine/pictures/trial_pictures.hpp"
#include "engine/run/metrics_log.hpp"
#include "engine/run/run_files.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

/// Keeps what the trainer says of itself, and the time.
class Watch final : public RunObserver {
 public:
  /// `before`: seconds that the run has had already.
  Watch(ComparedModel& row, double before, CompareObserver* next)
      : row_(row), before_(before), next_(next) {}

  void started(const Trainer& trainer, const Trials&, const fs::path&, std::uint64_t) override {
    row_.planned_bytes = trainer.memory_plan().total;
    start_ = Clock::now();
  }
  void epoch_done(const StepReport& report) override {
    row_.epochs = report.epoch;
    row_.seconds = seconds();
    if (next_ != nullptr) next_->epoch_done(report);
  }
  void note(const std::string&) override {}  // of trials held out, which are known
  void warn(const std::string& line) override {
    if (next_ != nullptr) next_->note(line);
  }

  /// Seconds of training, with those of a run that was gone on with.
  double seconds() const { return before_ + seconds_since(start_); }

 private:
  ComparedModel& row_;
  double before_;
  CompareObserver* next_;
  Clock::time_point start_ = Clock::now();
};

// The end of a .npy file is its array, in the order of its trials.
Trials read_samples(const fs::path& path, const CompareGround& ground) {
  Trials samples = ground.outline;
  samples.labels.clear();
  samples.count = static_cast<std::int64_t>(ground.request.count);
  samples.source = path.string();
  const auto values = static_cast<std::size_t>(samples.count * samples.values_per_trial());
  std::ifstream file(path, std::ios::binary);
  std::visit(
      [&](auto& pixels) {
        pixels.resize(values);
        const auto bytes = static_cast<std::streamsize>(values * sizeof(pixels[0]));
        file.seekg(-bytes, std::ios::end);
        file.read(reinterpret_cast<char*>(pixels.data()), bytes);
      },
      samples.values);
  if (!file) throw Error(ErrorCode::io, {"cannot read samples", path.string(), "", "", ""});
  return samples;
}

Picture picture_of(const Trials& samples, const CompareGround& ground) {
  const auto shown = static_cast<std::size_t>(std::min(ground.sheet->count(), samples.count) *
                                              samples.values_per_trial());
  return std::visit(
      [&](const auto& pixels) {
        return draw_samples(std::span(pixels.data(), shown), ground.outline, *ground.sheet);
      },
      samples.values);
}

fs::path samples_of(const CompareGround& ground, const std::string& name) {
  return ground.folder / (name + "-samples.npy");
}

void count_parameters(const TrainConfig& config, const TrialShape& trial, ComparedModel& row) {
  if (traits_of(config).over_cells) return;  // its layers follow from the data: count_trained
  const TrainConfig all = with_layers(config, trial);
  row.sampling_parameters = nn::parameter_count(generator_layers(all, trial));
  row.parameters =
      row.sampling_parameters + nn::parameter_count(traits_of(all).second_layers(all, trial, 0));
}

// The parameters of a trained run's networks.
void count_trained(const fs::path& run, ComparedModel& row) {
  const LoadedCheckpoint loaded = load_run_or_file(run);
  const GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  row.parameters = row.sampling_parameters = nn::parameter_count(sampled_layers(model)) *
                                             static_cast<std::int64_t>(network_count(model.config));
}

// A run that was stopped or killed is there if it has a checkpoint.
bool has_begun(const fs::path& run) {
  std::error_code none;
  for (const auto& file : fs::directory_iterator(run / "checkpoints", none)) {
    if (file.path().extension() == ".safetensors") return true;
  }
  return false;
}

// Makes `run` go on with the model's folder. It has its length again, which a stop by the clock has
// cut, and its samples to write again, so that there is something left to do.
void go_on(RunRequest& run) {
  std::error_code ignored;
  run.resume = true;
  run.resume_from = run.config.out;
  run.given = {"epochs"};
  fs::remove(fs::path(run.config.out) / "samples.npy", ignored);
}

/// What training came to, in `row`; false: it diverged.
bool train(const CompareGround& ground, const TrainConfig& config, ComparedModel& row) {
  const bool begun = has_begun(config.out);
  const double before = begun ? seconds_in_metrics(fs::path(config.out) / "metrics.jsonl") : 0.0;
  Watch watch(row, before, ground.request.observer);
  const double limit = 60.0 * ground.request.minutes;
  RunRequest run;
  run.config = config;
  if (begun) go_on(run);
  run.observer = &watch;
  run.stop_requested = [&] {
    return ground.stop_requested() || (limit > 0.0 && watch.seconds() >= limit);
  };
  run.open_ended = limit > 0.0;
  const bool counted = reset_peak_memory();
  RunResult result;
  try {
    result = run_training(run);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::diverged) throw;
    row.failure = error.what();
  }
  row.peak_bytes = counted ? peak_memory() : 0;
  if (!row.failure.empty()) return false;
  row.epochs = result.epochs;
  row.seconds = before + result.seconds;
  row.epochs_per_second = begun ? static_cast<double>(result.epochs) / std::max(row.seconds, 1e-9)
                                : result.epochs_per_second;
  row.checkpoint_bytes = fs::file_size(result.checkpoint);
  return true;
}

Trials sample(const CompareGround& ground, ComparedModel& row) {
  const CompareRequest& request = ground.request;
  GenerateRequest wanted;
  wanted.model = ground.folder / row.name;
  wanted.count = request.count;
  wanted.out = samples_of(ground, row.name).string();
  wanted.dtype = info_of(ground.in_memory()).name;
  wanted.seed = request.seed;
  wanted.device = request.device;
  wanted.threads = request.threads;
  wanted.stop_requested = request.stop_requested;
  const GenerateResult made = generate(wanted);
  row.samples_per_second = static_cast<double>(made.count) / std::max(made.seconds, 1e-9);
  return read_samples(wanted.out, ground);
}

double reconstruction_error(const CompareGround& ground, const std::string& name) {
  ReconstructRequest wanted;
  wanted.model = ground.folder / name;
  wanted.data = ground.held_out.string();
  const bool drawn = has_sheet(ground.outline, pairs_on_a_sheet);
  wanted.out = (ground.folder / (name + "-reconstructions" + (drawn ? ".png" : ".npy"))).string();
  wanted.device = ground.request.device;
  wanted.threads = ground.request.threads;
  wanted.stop_requested = ground.request.stop_requested;
  wanted.measure_all = true;
  const ReconstructionErrors errors = reconstruct(wanted).errors;
  // Columns of rows have units of their own, which cannot be added.
  if (ground.outline.shape.kind == TrialKind::row) return errors.squared;
  const double unit = ground.u8() ? 255.0 : 1.0;  // of TrialRows
  return errors.squared_in_data_units / (unit * unit);
}

}  // namespace

std::optional<Picture> samples_drawn(const CompareGround& ground, const ComparedModel& model) {
  std::error_code ignored;
  const fs::path file = samples_of(ground, model.name);
  if (!model.quality || !ground.sheet || !fs::exists(file, ignored)) return std::nullopt;
  return picture_of(read_samples(file, ground), ground);
}

ComparedModel compare_model(const CompareGround& ground, const std::string& name,
                            const TrainConfig& config) {
  CompareObserver* const observer = ground.request.observer;
  const bool timed = ground.request.minutes > 0.0;
  ComparedModel row;
  row.name = name;
  const Trials& outline = ground.outline;
  count_parameters(config, outline.shape, row);
  if (observer != nullptr) observer->training(name, timed ? 0 : config.epochs);
  const bool done = train(ground, config, row);
  if (observer != nullptr) observer->trained();
  if (ground.stop_requested()) {
    throw Error(ErrorCode::interrupted, {"stopped on request", name, "", "", ""});
  }
  if (!done) return row;
  if (traits_of(config).over_cells) count_trained(ground.folder / name, row);
  const Trials samples = sample(ground, row);
  row.quality = ground.evaluator.assess(samples, MeasureDepth::full);
  if (ground.sheet) row.samples = picture_of(samples, ground);
  if (traits_of(config).encodes) row.reconstruction = reconstruction_error(ground, name);
  return row;
}

std::uint64_t epochs_within(const TrainConfig& config, const Trials& training, double seconds,
                            const std::function<bool()>& stop_requested) {
  Trainer trainer(config, training);
  (void)trainer.train_epoch();  // what is only done once
  const auto start = Clock::now();
  const double limit = seconds / 20.0;
  trainer.train(config.epochs, [&](const StepReport&) {
    return seconds_since(start) < limit && !(stop_requested && stop_requested());
  });
  const double rate = static_cast<double>(trainer.epoch() - 1) / seconds_since(start);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(rate * seconds));
}

}  // namespace vgan
