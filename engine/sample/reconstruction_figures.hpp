// How far reconstructions are from their trials, in figures.
#pragma once

#include <cstdint>

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

}  // namespace vgan
