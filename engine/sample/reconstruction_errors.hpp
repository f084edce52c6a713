// How far reconstructions are from their trials.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/sample/reconstruction_figures.hpp"
#include "engine/sample/reconstructor.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

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
