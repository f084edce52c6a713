#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/evaluate_parts.hpp"
#include "engine/generate/generate.hpp"
#include "engine/generate/model_trials.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/held_out_text.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

/// The real trials that samples are measured beside.
struct RealTrials {
  Trials training, held_out;
  std::string beside;           ///< "6,000 held-out images of X"
  std::string without_copying;  ///< see EvaluatorOptions
  std::vector<std::string> notes;
};

std::string plural_of(const TrialShape& shape) { return std::string(info_of(shape.kind).plural); }

// Half of the trials that were trained on stand for those that were not.
RealTrials of_learnt(Trials trials, std::uint64_t seed, const std::string& beside,
                     const std::string& why) {
  if (trials.count < 2 * fewest_measured) {
    throw Error(ErrorCode::bad_data,
                {"cannot measure quality", trials.source,
                 counted(trials.count, std::string(info_of(trials.shape.kind).name)) +
                     " beside which samples can stand",
                 std::to_string(2 * fewest_measured) +
                     " or more, of which a half plays trials that were held out",
                 "take more trials"});
  }
  const std::int64_t half = trials.count / 2;
  SplitTrials parts = split_trials(std::move(trials), half, HoldOutPart::random, seed);
  return {std::move(parts.training), std::move(parts.held_out), beside, why, {}};
}

RealTrials of_run(const EvaluateRequest& request, const LoadedCheckpoint& loaded,
                  const GeneratorModel& model) {
  SplitTrials parts = open_model_trials(loaded, model, request.threads);
  const std::string kind = plural_of(model.shape), source = parts.training.source;
  if (parts.held_out.count >= fewest_measured) {
    const std::string beside =
        grouped(parts.held_out.count) + " held-out " + kind + " of " + source;
    return {std::move(parts.training), std::move(parts.held_out), beside, "", {}};
  }
  const std::string why = without_held_out_text(parts.held_out.count,
                                                parts.held_out.count + parts.training.count, kind);
  return of_learnt(std::move(parts.training), request.seed,
                   kind + " that it was trained on, of " + source,
                   why + " Or name other " + kind + " by --data.");
}

RealTrials of_other_data(const EvaluateRequest& request, const LoadedCheckpoint& loaded,
                         const GeneratorModel& model) {
  DataRequest wanted;
  wanted.data = request.data;
  wanted.labels = request.labels;
  wanted.array = request.array;
  wanted.dataset = request.dataset;
  wanted.seed = model.config.seed;
  wanted.shape.shape = request.shape;
  wanted.dialect = request.dialect;
  wanted.threads = static_cast<int>(request.threads);
  Trials other =
      open_trials_like(model, loaded.file.string(), std::move(wanted), "cannot measure samples");
  require_enough(other.source, "trial", other.count);
  const std::string kind = plural_of(model.shape);
  const std::string beside = grouped(other.count) + " " + kind + " of " + other.source;
  try {
    SplitTrials parts = open_model_trials(loaded, model, request.threads);
    return {std::move(parts.training), std::move(other), beside, "", {}};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_data && error.code() != ErrorCode::io) throw;
    return of_learnt(std::move(other), request.seed, beside,
                     "What the model was trained on cannot be read (" + std::string(error.what()) +
                         "): whether it copies that cannot be told.");
  }
}

Trials drawn(const EvaluateRequest& request, const LoadedCheckpoint& loaded,
             const Trials& outline) {
  GenerateRequest wanted;
  wanted.model = loaded.file;
  wanted.count = request.count;
  wanted.seed = request.seed;
  wanted.device = request.device;
  wanted.threads = request.threads;
  wanted.stop_requested = request.stop_requested;
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(request.count) *
                 static_cast<std::size_t>(outline.values_per_trial()));
  wanted.take = [&](std::span<const double> block) {
    values.insert(values.end(), block.begin(), block.end());
  };
  (void)generate(wanted);
  return sample_trials(outline, std::move(values));
}

// The run's folder of a checkpoint in it; empty: it lies elsewhere.
fs::path run_of(const fs::path& checkpoint) {
  const fs::path folder = checkpoint.parent_path();
  std::error_code ignored;
  const bool of_run = folder.filename() == "checkpoints" &&
                      fs::exists(folder.parent_path() / "config.toml", ignored);
  return of_run ? folder.parent_path() : fs::path();
}

}  // namespace

Evaluation evaluate_model(const EvaluateRequest& request) {
  if (request.count < fewest_measured || request.count > 1000000) {
    refuse_setting("count", std::to_string(request.count), allowed_evaluated_counts);
  }
  const LoadedCheckpoint loaded = load_chosen(request.model, request.which);
  const GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  RealTrials real =
      request.data.empty() ? of_run(request, loaded, model) : of_other_data(request, loaded, model);
  Evaluation made;
  made.file.identity = EvaluationIdentity::of(loaded.checkpoint, model.epoch, real.held_out);
  made.notes = loaded.skipped;
  made.folder = run_of(loaded.file);
  made.rows = real.training.schema.has_value();
  EvaluatorOptions options = evaluator_options(request);
  options.without_copying = real.without_copying;
  if (!made.folder.empty() && real.without_copying.empty())
    options.features.kept = made.folder / kept_features_name;
  MeasurableTrials measurable = MeasurableTrials::of(real.training);
  measurable.without_copying = real.without_copying;
  require_measurable(request, measurable);
  const Evaluator evaluator(real.training, real.held_out, options);
  const Trials samples = drawn(request, loaded, real.training);
  made.file.space = evaluator.space();
  made.file.assessment = evaluator.assess(samples, MeasureDepth::full);
  made.file.model = request.model.string();
  made.file.checkpoint = loaded.file.string();
  made.file.epoch = model.epoch;
  made.file.which = loaded.file == request.model ? "" : to_text(request.which);
  made.file.data = real.beside;
  made.facts.push_back(grouped(request.count) + " samples of " + request.model.string() +
                       ", epoch " + grouped(model.epoch) + " (" + loaded.chosen + "), beside " +
                       real.beside);
  return made;
}

}  // namespace vgan
