// A trainer that is warm and can be timed.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/train/trainer.hpp"

namespace vgan::bench {

/// Networks at their random start, on images that are not blank; the engine's own stepping loop.
class StepRun {
 public:
  /// Throws as Trainer.
  StepRun(const TrainConfig& config, const Trials& trials) : trainer_(config, trials) {}

  /// Trains `epochs` epochs; seconds of each. The device is idle before and after.
  double seconds_per_epoch(std::int64_t epochs);
  /// Losses of the next `epochs` epochs: D's (both terms, without R1), G's, and R1's, in nats.
  std::vector<std::array<float, 3>> losses(std::int64_t epochs);

  const Trainer& trainer() const { return trainer_; }

 private:
  Trainer trainer_;
};

/// Answers orders on standard input, one line each, with one JSON line each on standard output,
/// for tests/bench/compare.py: "run N" with the seconds of N epochs, "losses N SEED" with the
/// losses of N epochs from a start of their own. Returns at the end of input; throws usage for
/// another order.
int serve_steps(const TrainConfig& config, const Trials& trials, std::int64_t warm_up);

}  // namespace vgan::bench
