// What the models have in common and where they differ, for all that meets more than one of them.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/models/architecture.hpp"

namespace vgan {

/// What one model is. Each model has a network "g" that makes trials; most a second one beside it.
struct ModelTraits {
  ModelKind kind;
  const char* first;   ///< what people call "g": "generator"
  const char* second;  ///< and the other: "discriminator"; null: there is none
  const char* stem;    ///< of the second one's tensors in a checkpoint: "d"
  /// The second network makes codes of trials, which "g" makes trials of again: there are
  /// reconstructions, and losses are negative log-likelihoods, of which lower is better.
  bool encodes;
  /// The second network has an average of its weights too, where "g" has one.
  bool averages_second;
  /// Codes are means and variances, with a divergence from the prior.
  bool variational;
  /// Samples are drawn from Gaussians that are fitted to the codes of training trials.
  bool fits_codes;
  /// Rows of a table are drawn cell by cell from what "g" predicts, not from noise.
  bool over_cells;
  /// The layers of the second network; none where there is none.
  std::vector<nn::LayerSpec> (*second_layers)(const TrainConfig& config, const TrialShape& trial,
                                              std::int64_t conditions);
};

const ModelTraits& traits_of(ModelKind model);
inline const ModelTraits& traits_of(const TrainConfig& config) { return traits_of(config.model); }

}  // namespace vgan
