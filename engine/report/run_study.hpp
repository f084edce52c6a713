// All that a report says of a run, before it is written down.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/quality/evaluation_file.hpp"
#include "engine/report/outcome_check.hpp"
#include "engine/report/run_facts.hpp"
#include "engine/report/run_trials.hpp"

namespace vgan {

struct StudyOptions {
  /// Whether the model is sampled and measured where evaluation.json does not say it yet; else the
  /// report is of what lies in the folder.
  bool measure = true;
  std::string device = "auto";
  std::int64_t threads = 0;
  std::string failure;  ///< why the run has not ended; empty: it may have
  /// Asked before each part; what is not done yet stays out. May be empty.
  std::function<bool()> stop_requested;
};

struct RunStudy {
  RunFacts facts;
  std::optional<RunTrials> trials;
  std::optional<EvaluationFile> evaluation;
  std::optional<OutcomeCheck> outcome;
  std::string failure;   ///< StudyOptions::failure
  double seconds = 0.0;  ///< that measuring took

  const Measure* find(const std::string& name) const {
    return evaluation ? evaluation->assessment.find(name) : nullptr;
  }
};

/// Reads the run, its data, draws samples and measures them; writes evaluation.json into the folder
/// where it measured. What cannot be done becomes a line of facts.missing. Throws as
/// read_run_facts.
RunStudy study_run(const std::filesystem::path& folder, const StudyOptions& options);

/// "a GAN", "a masked model of a table", for people.
std::string model_text(const RunStudy& study);
/// What one trial is called, and several.
std::string trial_word(const RunStudy& study, bool several);

}  // namespace vgan
