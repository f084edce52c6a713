// Several models, each trained under the same budget, and how they compare.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/models/step_report.hpp"
#include "engine/pictures/picture.hpp"
#include "engine/quality/assessment.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// What one model came to.
struct ComparedModel {
  std::string name;
  std::string failure;  ///< it diverged: why there are no figures; empty: there are
  std::uint64_t epochs = 0;
  double seconds = 0.0;  ///< of training, checkpoints and pictures included
  double epochs_per_second = 0.0;
  double samples_per_second = 0.0;       ///< into a .npy file
  std::int64_t parameters = 0;           ///< of both networks
  std::int64_t sampling_parameters = 0;  ///< of G or decoder
  std::uint64_t checkpoint_bytes = 0;
  std::uint64_t planned_bytes = 0;    ///< of device memory, by the plan
  std::uint64_t peak_bytes = 0;       ///< resident, of the process, while training; 0: not known
  std::optional<Assessment> quality;  ///< of `count` samples, see Evaluator
  /// Mean squared error of a number of a held-out trial, in units of TrialRows squared; of rows of
  /// columns, in the network's.
  std::optional<double> reconstruction;
  std::optional<Picture> samples;
};

/// What a comparison was asked for, settled: enough to go on with it.
struct ComparePlan {
  std::string data, labels, array, dataset, shape;  ///< as TrainConfig, files by absolute paths
  std::vector<std::string> models;
  std::uint64_t epochs = 0;
  double minutes = 0.0;
  std::int64_t batch = 0;
  std::uint64_t seed = 0, count = 0;
  std::int64_t folds = 0;
  std::vector<std::uint64_t> lengths;  ///< epochs of each model; empty until they are known
  std::string fingerprint;             ///< of the trials to train on
};

struct Comparison {
  std::filesystem::path folder;
  ComparePlan plan;
  std::string data;  ///< what the user would call it
  std::int64_t training_trials = 0, held_out_trials = 0;
  bool pixels_are_bytes = false;  ///< and count from 0 to 1 in all figures
  bool rows = false;   ///< of columns: distances in TrialUnits, reconstructions in the network's
  std::string budget;  ///< "2,000 epochs" or "3 minutes", of each
  std::int64_t batch = 0;
  std::uint64_t seed = 0, count = 0;
  std::string device;                 ///< and precision
  std::string space;                  ///< what the measures are taken in, for people
  std::vector<Measure> floors;        ///< real and resampled, without samples
  std::vector<ComparedModel> models;  ///< those that are done, in the order asked for
  std::optional<Picture> real;
};

/// Who watches. All calls come from the thread that compares.
class CompareObserver {
 public:
  virtual ~CompareObserver() = default;
  virtual void note(const std::string& line) = 0;
  /// A model's training begins; `epochs` 0: as many as the time allows.
  virtual void training(const std::string& model, std::uint64_t epochs) = 0;
  virtual void epoch_done(const StepReport& report) = 0;
  virtual void trained() = 0;  ///< it ended; the model's samples are drawn and judged next
  virtual void measured(const ComparedModel& model) = 0;
};

inline constexpr const char* allowed_compared_counts = "10 to 1,000,000";

struct CompareRequest {
  std::string data;     ///< as TrainConfig
  std::string labels;   ///< likewise
  std::string array;    ///< likewise
  std::string dataset;  ///< likewise
  std::string shape;    ///< likewise
  /// Models of this list that are for images are left out, with a note, where trials are rows.
  std::vector<std::string> models = {"gan", "vae", "ae", "conv"};
  std::uint64_t epochs = 2000;  ///< of each
  double minutes = 0.0;         ///< of each, in place of `epochs`; 0: off
  std::filesystem::path out;    ///< "" = the next free runs/compare-NNNN
  /// The folder of a comparison to go on with, which was stopped or killed: data, shape, models,
  /// budget, batch, folds, seed and count are its own, whatever this request has. "" = a new one.
  std::filesystem::path resume;
  std::int64_t batch = 0;  ///< 0 = 128, or as many as there are to train on
  std::int64_t folds = 0;  ///< of a masked model among them, as TrainConfig
  std::uint64_t seed = 1;
  std::string device = "auto";
  std::int64_t threads = 0;
  std::uint64_t count = 10000;  ///< samples that are judged
  /// Changes a model's settings beyond its preset; may be empty.
  std::function<void(const std::string& model, TrainConfig& config)> adjust;
  /// Asked after each epoch and while samples are measured, then by several threads; may be empty.
  std::function<bool()> stop_requested;
  CompareObserver* observer = nullptr;
};

/// The names that `models` may have: presets, "gan" for the default one, and "conv1d", the conv
/// preset with one-dimensional convolutions.
std::vector<std::string> comparable_models();
/// The settings of one. Throws usage for an unknown name, naming the nearest.
TrainConfig comparable_config(const std::string& model);

/// Holds out the last tenth of the trials, at most 10,000. Trains each model on the rest by
/// run_training into OUT/NAME, draws OUT/NAME-samples.npy, judges them, and reconstructs the
/// held-out trials (OUT/held-out.npy) where there is an encoder. After each model it writes
/// comparison.md, .json and .png of those that are done. A model that diverges is a row that says
/// so, unless all do.
///
/// One that goes on takes over what is done, goes on with the run that was stopped, and trains the
/// rest. By the clock, that run has what is left of its time.
///
/// Where rates fall over a run and the budget is time, the epochs that they fall over are an
/// estimate, for which some are trained before and thrown away.
/// Throws usage (names), bad_config, bad_data (fewer than 100 trials), io, no_device, diverged, and
/// interrupted with what is there when a stop was asked for.
Comparison compare(const CompareRequest& request);

}  // namespace vgan
