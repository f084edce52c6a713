// How good a run's samples are while it trains: evaluations, and what follows from them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/data/trials.hpp"
#include "engine/quality/alarms.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/sample_scale.hpp"
#include "engine/quality/stop_decision.hpp"
#include "engine/run/evaluation_log.hpp"
#include "engine/run/metrics_log.hpp"
#include "engine/run/run.hpp"
#include "engine/train/trainer.hpp"

namespace vgan {

/// The measure that a run goes by, the lower the better: "frechet", or of a table "misfit", 1 - the
/// mean of shape and trend. A two-sample test tells even good tables apart with certainty, and a
/// Frechet distance sees means and covariances alone; shapes and trends stay graded.
std::string judge_of(const Trials& trials);
/// Adds "misfit" where there are shape and trend.
void add_misfit(std::vector<Measure>& measures);

class RunQuality {
 public:
  /// What one evaluation said.
  struct Outcome {
    EvaluationLine line;
    std::vector<Alarm> alarms;        ///< that it raised
    bool best = false;                ///< better than all before it
    std::optional<std::string> stop;  ///< why `stop-when` ends the run
  };

  /// Both sets of trials, and the trainer's settings with everything filled in. `folder`: where a
  /// feature space is kept; empty: nowhere. Throws bad_config where the settings ask for
  /// evaluations, and fewer than `fewest_held_out` trials are held out.
  RunQuality(const Trainer& trainer, const Trials& training, const Trials& held_out,
             std::filesystem::path folder);
  ~RunQuality();
  static constexpr std::int64_t fewest_held_out = 10;
  static constexpr std::uint64_t most_samples = 2000;

  /// Epochs between evaluations; 0: there are none.
  std::uint64_t every() const { return every_; }
  /// Takes up what a metrics file says of epochs up to `epoch`, in place of what was seen. Throws
  /// io.
  void read(const FilePlace& metrics, std::uint64_t epoch);
  /// Samples of the trainer's weights of now, measured and logged. Changes nothing that training
  /// depends on. Throws as Evaluator, and bad_config for a `stop-when` whose measure there is not.
  Outcome evaluate(Trainer& trainer, MetricsLog& log);
  std::vector<Alarm> add(const StepReport& report) { return alarms_.add(report); }

  const Alarms& alarms() const { return alarms_; }
  const std::string& judge() const { return judge_; }
  /// The best evaluation so far, and what one of an epoch came to.
  std::optional<std::uint64_t> best_epoch() const { return best_; }
  std::optional<CheckpointQuality> quality_at(std::uint64_t epoch) const;
  /// Whether nothing says that samples of this epoch are far worse than the best.
  bool is_good(std::uint64_t epoch) const;
  /// Fills in what a run's result says of quality and alarms.
  void tell(RunResult& result) const;

 private:
  void open();
  void take(const EvaluationLine& line);
  void recall(const EvaluationLine& line);
  SeenSamples seen_of(std::uint64_t epoch, const std::vector<Measure>& measures,
                      const std::vector<double>& samples);

  const Trials& training_;
  const Trials& held_out_;
  std::filesystem::path folder_;
  const TrainConfig config_;
  std::string judge_;
  std::uint64_t total_;
  std::uint64_t every_;
  Alarms alarms_;
  std::optional<StopDecision> stop_;
  std::unique_ptr<Evaluator> evaluator_;
  std::optional<SampleScale> scale_;
  std::vector<double> moved_from_;  ///< samples of an earlier evaluation
  std::uint64_t moved_epoch_ = 0;
  bool floors_told_ = false;
  std::map<std::uint64_t, double> judged_;  ///< by epoch
  std::optional<std::uint64_t> best_;
};

}  // namespace vgan
