// How often a run measures its samples where nobody says it.
#pragma once

#include <cstdint>

namespace vgan {

/// What a run is, as far as the price of measuring goes.
struct RunSize {
  std::uint64_t epochs = 0;
  std::int64_t batch = 0;
  std::int64_t multiplications = 0;  ///< of one trial's way through all networks
  std::int64_t values_per_trial = 0;
  std::int64_t training_trials = 0;
  bool learns_features = true;  ///< of images and curves, whose feature space is learnt first
};

/// Epochs between evaluations, such that these take about `evaluation_share` of the run, twenty
/// evaluations at most; 0 where the run is too short for one. It follows from the sizes alone, by
/// what an epoch and an evaluation were found to cost (tests/bench/evaluation_cost.py), never from
/// a clock, so that a run is what it was on any machine.
std::uint64_t automatic_evaluation(const RunSize& size);

inline constexpr double evaluation_share = 0.05;

}  // namespace vgan
