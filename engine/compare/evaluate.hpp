// How good virtual trials are, beside real ones: those of a model, or of files by whatever tool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/data/dialect.hpp"
#include "engine/quality/evaluation_file.hpp"

namespace vgan {

inline constexpr const char* allowed_evaluated_counts = "10 to 1,000,000";

/// Either a model, whose samples are drawn, or files.
struct EvaluateRequest {
  std::filesystem::path model;                    ///< run folder or checkpoint file; empty: files
  WhichCheckpoint which = WhichCheckpoint::best;  ///< of a run's folder
  /// Other real trials of the model's kind, beside which its samples are measured; empty: those
  /// that its run held out.
  std::string data;
  std::uint64_t count = 10000;  ///< samples of a model

  std::string samples;  ///< a table of virtual rows, or an array of virtual trials
  std::string real;     ///< what they were learned from
  std::string test;     ///< real trials that they were not learned from; empty: a third of `real`

  std::string labels;   ///< of `data` or `real`, as TrainConfig::labels
  std::string array;    ///< of .npz files, as TrainConfig
  std::string dataset;  ///< of HDF5 files, likewise
  std::string shape;    ///< of one trial of files, likewise
  DialectWish dialect;  ///< of tables that are text

  std::string features = "auto";  ///< a FeatureKind's word, or a file that ends in .onnx
  std::string outcome;  ///< of a table: the column that the others predict; empty: its own, or the
                        ///< last
  /// Figures that must be reached, as parse_requirements: those that such trials have not are
  /// refused before anything is measured; what came of the others, `unmet` says.
  std::vector<std::string> require;
  std::uint64_t seed = 1;
  std::string device = "auto";
  std::int64_t threads = 0;
  /// Asked while samples are drawn, features learned and measures taken, by several threads; may be
  /// empty.
  std::function<bool()> stop_requested;
};

struct Evaluation {
  EvaluationFile file;
  std::vector<std::string> facts;  ///< what was compared, for people
  std::vector<std::string> notes;  ///< what was done in reading that the user should know
  std::filesystem::path folder;    ///< the run's that the model is of; empty: none
  bool rows = false;               ///< of a table
};

/// Measures samples at full depth beside held-out trials, between two floors. Where a model's run
/// held nothing out, or less than 10 trials, it is measured beside training trials, and not whether
/// it copies, which `assessment.notes` say. Equal files, models and seeds give equal figures.
///
/// Throws bad_config for settings that contradict each other and for an outcome that is not among
/// the columns; bad_data for trials of another kind or other columns, for fewer than 10 on any
/// side, for a run whose data have changed and for what is no model; io, no_device; interrupted
/// where a stop was asked for.
Evaluation evaluate(const EvaluateRequest& request);

}  // namespace vgan
