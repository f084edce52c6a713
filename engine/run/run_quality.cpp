#include "engine/run/run_quality.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/metrics/measure_list.hpp"
#include "engine/run/evaluation_schedule.hpp"

namespace vgan {
namespace {

// Another stream than that of samples.npy, whose noise is drawn by the seed itself.
constexpr std::uint64_t evaluation_stream = 0x6576616C75617465ULL;
// Samples whose movement is watched, from an evaluation to one that is so many epochs later.
constexpr std::size_t watched_samples = 200;
constexpr std::uint64_t watched_epochs = 100;

std::uint64_t evaluations_of(const Trainer& trainer, const Trials& training,
                             const Trials& held_out) {
  const TrainConfig& config = trainer.config();
  if (held_out.count < RunQuality::fewest_held_out) {
    const auto refuse = [&](const char* setting, const std::string& value) {
      refuse_setting(setting, value + ", with " + counted(held_out.count, "trial") + " held out",
                     "with " + std::to_string(RunQuality::fewest_held_out) +
                         " held-out trials or more, which samples are measured beside",
                     "hold out a share of the data, as by --hold-out 0.1");
    };
    if (config.evaluate_every.value_or(0) > 0) {
      refuse("evaluate-every", std::to_string(*config.evaluate_every));
    }
    if (!config.stop_when.empty()) refuse("stop-when", "'" + config.stop_when + "'");
    return 0;
  }
  if (config.evaluate_every) return *config.evaluate_every;
  const std::uint64_t every = automatic_evaluation(
      {trainer.total_epochs(), config.batch, trainer.multiplications_per_trial(),
       training.values_per_trial(), training.count, training.shape.kind != TrialKind::row});
  if (every == 0 && !config.stop_when.empty()) {
    refuse_setting("stop-when",
                   "'" + config.stop_when + "', in a run too short for evaluate-every auto",
                   "with evaluations", "give --evaluate-every N");
  }
  return every;
}

std::map<std::string, MeasuredValue> measured(const std::vector<Measure>& measures) {
  const auto value = [](const std::optional<Estimate>& estimate) {
    return estimate ? std::optional(estimate->value) : std::nullopt;
  };
  std::map<std::string, MeasuredValue> made;
  for (const Measure& one : measures) {
    if (one.samples) made[one.name] = {one.samples->value, value(one.real), value(one.resampled)};
  }
  return made;
}

// As many as were trained on, so that neighbourhoods are as wide as those of the floors.
std::uint64_t sample_count(const Trials& training) {
  constexpr std::uint64_t fewest = 100;
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(training.count), fewest,
                                   RunQuality::most_samples);
}

std::map<std::string, double> values_of(const EvaluationLine& line) {
  return {line.values.begin(), line.values.end()};
}

}  // namespace

std::string judge_of(const Trials& trials) { return trials.schema ? "misfit" : "frechet"; }

void add_misfit(std::vector<Measure>& measures) {
  const auto find = [&](const char* name) -> const Measure* {
    for (const Measure& one : measures) {
      if (one.name == name) return &one;
    }
    return nullptr;
  };
  const Measure *const shape = find("shape"), *const trend = find("trend");
  if (shape == nullptr || trend == nullptr) return;
  const auto misfit = [](const std::optional<Estimate>& a, const std::optional<Estimate>& b) {
    return a && b ? std::optional(Estimate{1.0 - (a->value + b->value) / 2.0, {}, {}})
                  : std::nullopt;
  };
  Measure made = *shape;
  made.name = "misfit";
  made.title = "misfit of shapes and trends";
  made.goal = MeasureGoal::lower;
  made.samples = misfit(shape->samples, trend->samples);
  made.real = misfit(shape->real, trend->real);
  made.resampled = misfit(shape->resampled, trend->resampled);
  measures.push_back(std::move(made));
}

RunQuality::RunQuality(const Trainer& trainer, const Trials& training, const Trials& held_out,
                       std::filesystem::path folder)
    : training_(training),
      held_out_(held_out),
      folder_(std::move(folder)),
      config_(trainer.config()),
      judge_(judge_of(training)),
      total_(trainer.total_epochs()),
      every_(evaluations_of(trainer, training, held_out)),
      alarms_(config_, total_) {
  if (config_.stop_when.empty()) return;
  const StopRule rule = parse_stop_rule(config_.stop_when);
  if (rule.plateau == 0 && rule.measure != judge_) (void)measure_called("stop-when", rule.measure);
  stop_.emplace(rule, judge_);
}

RunQuality::~RunQuality() = default;

void RunQuality::read(const FilePlace& metrics, std::uint64_t epoch) {
  judged_.clear();
  best_.reset();
  alarms_.go_back();
  moved_from_.clear();
  if (stop_) stop_.emplace(parse_stop_rule(config_.stop_when), judge_);
  const LoggedQuality logged = read_quality(metrics, epoch);
  floors_told_ = !logged.floors.empty();
  for (const EvaluationLine& line : logged.evaluations) {
    take(line);
    if (every_ > 0 && line.epoch % every_ == 0) recall(line);
  }
  alarms_.remember(logged.alarms);
}

// As an uninterrupted run would have judged it. Where that run would have ended, this one was told
// to go on: what it is to be better than stays, and the count begins anew.
void RunQuality::recall(const EvaluationLine& line) {
  const std::map<std::string, double> values = values_of(line);
  if (!stop_ || !values.contains(judge_) || !stop_->add(line.epoch, values)) return;
  const StopRule rule = parse_stop_rule(config_.stop_when);
  stop_.emplace(rule, judge_);
  if (best_ && rule.plateau > 0) (void)stop_->add(*best_, {{judge_, judged_.at(*best_)}});
}

void RunQuality::take(const EvaluationLine& line) {
  for (const auto& [name, value] : line.values) {
    if (name != judge_ || !std::isfinite(value)) continue;
    judged_[line.epoch] = value;
    if (!best_ || value < judged_.at(*best_)) best_ = line.epoch;
  }
}

std::optional<CheckpointQuality> RunQuality::quality_at(std::uint64_t epoch) const {
  const auto found = judged_.find(epoch);
  if (found == judged_.end()) return std::nullopt;
  return CheckpointQuality{judge_, found->second};
}

bool RunQuality::is_good(std::uint64_t epoch) const {
  const auto found = judged_.find(epoch);
  if (found == judged_.end() || !best_) return true;
  const double best = judged_.at(*best_);
  return found->second <= best + std::fabs(best);
}

void RunQuality::tell(RunResult& result) const {
  if (best_) {
    result.best = quality_at(*best_);
    result.best_epoch = *best_;
    result.quality = quality_at(judged_.rbegin()->first);
  }
  for (const Alarm& alarm : alarms_.raised()) {
    result.alarms.push_back(to_text(alarm.kind) + " at epoch " + std::to_string(alarm.epoch) +
                            ": " + alarm.text);
  }
}

void RunQuality::open() {
  if (evaluator_) return;
  EvaluatorOptions options;
  options.seed = config_.seed;
  options.features.seed = config_.seed;
  options.features.device = config_.device;
  options.features.threads = config_.threads;
  if (!folder_.empty()) options.features.kept = folder_ / "features.safetensors";
  evaluator_ = std::make_unique<Evaluator>(training_, held_out_, options);
  scale_.emplace(held_out_);
}

SeenSamples RunQuality::seen_of(std::uint64_t epoch, const std::vector<Measure>& measures,
                                const std::vector<double>& samples) {
  SeenSamples seen;
  seen.epoch = epoch;
  seen.judge = judge_;
  seen.measures = measured(measures);
  seen.spread = scale_->spread(samples);
  const auto size = static_cast<std::size_t>(training_.values_per_trial());
  const std::vector<double> some(
      samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(
                                             std::min(samples.size(), watched_samples * size)));
  if (moved_from_.size() == some.size()) {
    seen.moved = scale_->distance(some, moved_from_);
    seen.moved_from = moved_epoch_;
  }
  if (moved_from_.size() != some.size() || epoch >= moved_epoch_ + watched_epochs) {
    moved_from_ = some;
    moved_epoch_ = epoch;
  }
  return seen;
}

RunQuality::Outcome RunQuality::evaluate(Trainer& trainer, MetricsLog& log) {
  open();
  const std::uint64_t epoch = trainer.epoch();
  const std::vector<double> samples =
      trainer.sample_values(sample_count(training_), config_.seed ^ evaluation_stream);
  if (!std::all_of(samples.begin(), samples.end(), [](double v) { return std::isfinite(v); })) {
    throw Error(ErrorCode::diverged, {"training diverged", "epoch " + std::to_string(epoch),
                                      "NaN or Inf in a sample", "finite samples", ""});
  }
  std::vector<Measure> measures =
      evaluator_->assess(sample_trials(training_.outline(), samples), MeasureDepth::quick).measures;
  add_misfit(measures);
  if (!floors_told_) {
    log.add_event(floors_line(epoch, evaluator_->space(), measures));
    floors_told_ = true;
  }
  const SeenSamples seen = seen_of(epoch, measures, samples);
  Outcome made;
  made.line.epoch = epoch;
  for (const Measure& one : measures) {
    if (one.samples) made.line.values.emplace_back(one.name, one.samples->value);
  }
  log.add_event(evaluation_line(made.line));
  const auto before = best_;
  take(made.line);
  made.best = best_ == epoch && before != best_;
  made.alarms = alarms_.add(seen);
  for (const Alarm& alarm : made.alarms) log.add_event(alarm_line(alarm));
  if (stop_) made.stop = stop_->add(epoch, values_of(made.line));
  return made;
}

}  // namespace vgan
