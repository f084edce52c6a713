#include "engine/report/run_study.hpp"

#include <algorithm>
#include <system_error>

#include "engine/base/clock.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/held_out_text.hpp"
#include "engine/version.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t fewest_samples = 1000, most_samples = 5000;
constexpr const char* evaluation_name = "evaluation.json";

/// Studies one run, part by part.
class Studying {
 public:
  Studying(const fs::path& folder, const StudyOptions& options) : options_(options) {
    study_.facts = read_run_facts(folder);
    study_.failure = options.failure;
  }

  RunStudy run() {
    const auto start = Clock::now();
    part("the data", [&] { open(); });
    part("samples of the model", [&] { draw(); });
    part(evaluation_name, [&] { read_evaluation(); });
    part("the measures", [&] { measure(); });
    part("predictions of the outcome", [&] { predict(); });
    study_.seconds = seconds_since(start);
    return std::move(study_);
  }

 private:
  template <class Work>
  void part(const char* what, Work&& work) {
    if (options_.stop_requested && options_.stop_requested()) return;
    try {
      work();
    } catch (const std::exception& error) {
      study_.facts.missing.push_back(std::string(what) + ": " + error.what());
    }
  }

  void open() {
    if (study_.facts.model) study_.trials = open_run_trials(study_.facts, options_.threads);
  }

  void draw() {
    if (!options_.measure || !study_.trials) return;
    const std::int64_t count =
        std::clamp(study_.trials->learnt_count, fewest_samples, most_samples);
    study_.trials->samples =
        draw_run_samples(study_.facts, study_.trials->training, static_cast<std::uint64_t>(count),
                         options_.device, options_.threads);
  }

  // An evaluation counts where it is of the checkpoint that is shown; one of an older version,
  // which does not say whose it is, unless the checkpoint came after it.
  void read_evaluation() {
    const fs::path file = study_.facts.folder / evaluation_name;
    std::error_code error;
    const auto written = fs::last_write_time(file, error);
    if (error) return;
    const auto trained = study_.facts.checkpoint
                             ? fs::last_write_time(study_.facts.checkpoint->file, error)
                             : fs::file_time_type::min();
    const bool older = !error && written < trained;
    EvaluationFile found = read_evaluation_file(file);
    if (!found.identity.checkpoint.empty() && study_.facts.model) {
      const std::string why = why_not_of(found, identity());
      others_ = !why.empty() && !older;
      if (!why.empty()) {
        if (!options_.measure) {
          study_.facts.missing.push_back(std::string(evaluation_name) + ": " + why);
        }
        return;
      }
    } else if (older && options_.measure) {
      return;
    }
    study_.evaluation = std::move(found);
  }

  // The user may have named other real trials to evaluate: which stand beside is not asked.
  EvaluationIdentity identity() const {
    const Checkpoint& checkpoint = study_.facts.checkpoint->checkpoint;
    const auto data = checkpoint.metadata.find("data");
    return {study_.facts.model->epoch, checkpoint_digest(checkpoint),
            data == checkpoint.metadata.end() ? "" : data->second, ""};
  }

  void measure() {
    if (study_.evaluation || !options_.measure || !study_.trials || !study_.trials->samples) return;
    const RunTrials& trials = *study_.trials;
    EvaluatorOptions wish;
    wish.seed = study_.facts.model->config.seed;
    wish.features.seed = wish.seed;
    wish.features.device = options_.device;
    wish.features.threads = options_.threads;
    wish.features.stop_requested = options_.stop_requested;
    if (trials.learnt) {
      wish.without_copying =
          without_held_out_text(trials.left_out_count, trials.left_out_count + trials.learnt_count,
                                trial_word(study_, true));
    } else {
      wish.features.kept = study_.facts.folder / kept_features_name;
    }
    const Evaluator evaluator(trials.training, trials.held_out, wish);
    EvaluationFile made;
    made.version = std::string(build::version);
    made.model = study_.facts.folder.string();
    made.checkpoint = study_.facts.checkpoint->file.string();
    made.epoch = study_.facts.model->epoch;
    made.which = to_text(WhichCheckpoint::best);
    made.data = trials.training.source;
    made.seed = wish.seed;
    made.space = evaluator.space();
    made.assessment = evaluator.assess(*trials.samples, MeasureDepth::full);
    made.identity =
        EvaluationIdentity::of(study_.facts.checkpoint->checkpoint, made.epoch, trials.held_out);
    study_.evaluation = std::move(made);
    if (others_) return;
    write_evaluation_file(*study_.evaluation, study_.facts.folder / evaluation_name);
  }

  void predict() {
    if (!options_.measure || !study_.trials) return;
    study_.outcome = check_outcome(study_.facts, *study_.trials, options_.device, options_.threads);
  }

  const StudyOptions& options_;
  RunStudy study_;
  bool others_ = false;  ///< evaluation.json is the user's own of another checkpoint, and is kept
};

}  // namespace

RunStudy study_run(const fs::path& folder, const StudyOptions& options) {
  return Studying(folder, options).run();
}

std::string model_text(const RunStudy& study) {
  if (!study.facts.config) return "a model";
  switch (study.facts.config->model) {
    case ModelKind::gan: return "a GAN";
    case ModelKind::vae: return "a VAE";
    case ModelKind::ae: return "an autoencoder";
    case ModelKind::masked: return "a masked model";
  }
  return "a model";
}

std::string trial_word(const RunStudy& study, bool several) {
  const TrialKind kind = study.facts.model ? study.facts.model->shape.kind : TrialKind::row;
  const TrialKindInfo& info = info_of(kind);
  return std::string(several ? info.plural : info.name);
}

}  // namespace vgan
