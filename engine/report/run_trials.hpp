// The trials that a run learnt, those that it did not, and new samples of its model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/data/trials.hpp"
#include "engine/report/run_facts.hpp"

namespace vgan {

struct RunTrials {
  Trials training;
  /// What the run held out; where that is too little to measure beside, half of the trials that it
  /// learnt, drawn by the seed, of which `training` is the other half then, and `learnt` is true.
  Trials held_out;
  bool learnt = false;
  std::int64_t learnt_count = 0;    ///< trials that the run learnt
  std::int64_t left_out_count = 0;  ///< trials that the run held out, enough of them or not
  std::optional<Trials> samples;
};

/// Opens the data as the run did; it has a checkpoint and a model. Throws as open_model_trials.
RunTrials open_run_trials(const RunFacts& facts, std::int64_t threads);

/// Draws samples of the run's model. Throws as generate and sample_trials.
Trials draw_run_samples(const RunFacts& facts, const Trials& outline, std::uint64_t count,
                        const std::string& device, std::int64_t threads);

}  // namespace vgan
