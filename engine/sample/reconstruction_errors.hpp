// How far reconstructions are from their trials.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/sample/reconstructor.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// Means over trials.
struct ReconstructionErrors {
  std::int64_t trials = 0;
  /// The mean squared error of a number, in the network's units (0 to 1 with a Bernoulli
  /// likelihood): StepReport's squared_error, as metrics.jsonl has it of each batch.
  double squared = 0.0;
  // The next ones are those of a number, in the data's units, of reconstructions as they are handed
  // out: those of u8 data are whole numbers.
  double squared_in_data_units = 0.0;
  double absolute = 0.0;
  double negative_log_likelihood = 0;  ///< of a trial, nats; a Gaussian's without its constant
  double kl = 0.0;                     ///< VAE: of a trial's posterior to the prior, nats
};

/// Turns the decoder's outputs into reconstructions and adds up their errors.
class ReconstructionMeter {
 public:
  /// `range` and `scaling` as for Reconstructor::run; of bytes, reconstructions are rounded.
  ReconstructionMeter(const TrainConfig& config, const OutputRange& range, const Scaling& scaling);

  /// Reconstructions [rows, trial] in the data's own units; counts them.
  std::vector<double> add(const Reconstructor::Block& block);
  /// The errors of all that has been added so far.
  ReconstructionErrors errors() const;
  /// Mean squared error of each trial, in order, in the network's units.
  const std::vector<float>& squared_of_trials() const { return squared_of_trials_; }

 private:
  bool variational_, bernoulli_;
  OutputRange range_;
  Scaling scaling_;
  std::int64_t numbers_ = 0;
  ReconstructionErrors sums_;
  std::vector<float> squared_of_trials_;
};

}  // namespace vgan
