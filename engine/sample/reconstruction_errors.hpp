// How far reconstructions are from their trials.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/encode/table_heads.hpp"
#include "engine/sample/reconstruction_figures.hpp"
#include "engine/sample/reconstructor.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// Turns the decoder's outputs into reconstructions and adds up their errors.
class ReconstructionMeter {
 public:
  /// `range` and `scaling` as for Reconstructor::run; of bytes, reconstructions are rounded.
  /// `heads` of rows of a table: the likelihood is theirs, and choices are the most probable.
  ReconstructionMeter(const TrainConfig& config, const OutputRange& range, const Scaling& scaling,
                      std::vector<Head> heads = {});

  /// Reconstructions [rows, trial] in the data's own units; counts them.
  std::vector<double> add(const Reconstructor::Block& block);
  /// The errors of all that has been added so far.
  ReconstructionErrors errors() const;
  /// Mean squared error of each trial, in order, in the network's units.
  const std::vector<float>& squared_of_trials() const { return squared_of_trials_; }

 private:
  /// Adds row `row`'s negative log-likelihood; puts what the decoder's outputs become in
  /// `outputs_`.
  void add_row(const Reconstructor::Block& block, std::int64_t row);
  void add_heads(const float* y, const float* x, const std::vector<float>& variances);

  bool variational_, bernoulli_;
  OutputRange range_;
  Scaling scaling_;
  std::int64_t numbers_ = 0;
  std::vector<Head> heads_;
  std::vector<float> outputs_;  ///< [trial] of the last row
  ReconstructionErrors sums_;
  std::vector<float> squared_of_trials_;
};

}  // namespace vgan
