#include "engine/report/run_trials.hpp"

#include <span>
#include <utility>
#include <vector>

#include "engine/data/held_out.hpp"
#include "engine/generate/generate.hpp"
#include "engine/generate/model_trials.hpp"
#include "engine/quality/evaluator.hpp"

namespace vgan {
namespace {

// Half of the trials that were trained on stand for those that were not.
void play_held_out(RunTrials& trials, std::uint64_t seed) {
  trials.learnt = trials.held_out.count < fewest_measured;
  if (!trials.learnt) return;
  const std::int64_t half = trials.training.count / 2;
  SplitTrials parts = split_trials(std::move(trials.training), half, HoldOutPart::random, seed);
  trials.training = std::move(parts.training);
  trials.held_out = std::move(parts.held_out);
}

}  // namespace

RunTrials open_run_trials(const RunFacts& facts, std::int64_t threads) {
  RunTrials made;
  SplitTrials parts = open_model_trials(*facts.checkpoint, *facts.model, threads);
  made.learnt_count = parts.training.count;
  made.left_out_count = parts.held_out.count;
  made.training = std::move(parts.training);
  made.held_out = std::move(parts.held_out);
  play_held_out(made, facts.model->config.seed);
  return made;
}

Trials draw_run_samples(const RunFacts& facts, const Trials& outline, std::uint64_t count,
                        const std::string& device, std::int64_t threads) {
  GenerateRequest request;
  request.model = facts.checkpoint->file;
  request.count = count;
  request.device = device;
  request.threads = threads;
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(count) *
                 static_cast<std::size_t>(outline.values_per_trial()));
  request.take = [&](std::span<const double> block) {
    values.insert(values.end(), block.begin(), block.end());
  };
  (void)generate(request);
  return sample_trials(outline, std::move(values));
}

}  // namespace vgan
