// A model over cells of several networks, each of which leaves a fold of the rows out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/settings/config.hpp"

namespace vgan {

/// How many networks a model of resolved settings has: one, or one for each fold.
std::size_t network_count(const TrainConfig& config);
/// What tensors of network `network` begin with: "g", "g2", "g3" and so on.
std::string network_name(std::size_t network);
/// The names of all of them; with "_ema" behind each where their averages are meant.
std::vector<std::string> network_names(const TrainConfig& config, bool averages = false);
/// The seed of the streams that network `network` is trained with: that of the run for the first.
std::uint64_t network_seed(std::uint64_t seed, std::size_t network);

/// The most of `rows` that one network learns: all of them, or without the smallest fold.
std::int64_t rows_of_network(const TrainConfig& config, std::int64_t rows);

/// Rows in a random order, cut into folds whose sizes differ by one at most.
struct FoldPlan {
  std::vector<std::int64_t> order;  ///< of all rows, fold after fold
  std::vector<std::int64_t> ends;   ///< where each fold ends in `order`

  /// The plan of a run of `seed`; rows in their own order, and no fold, where `folds` is 0. `rows`
  /// is not below `folds`.
  static FoldPlan of(std::int64_t rows, std::int64_t folds, std::uint64_t seed);

  std::int64_t first(std::size_t fold) const { return fold == 0 ? 0 : ends[fold - 1]; }
  std::int64_t size(std::size_t fold) const { return ends[fold] - first(fold); }
  /// Rows in this order, again from the first on behind the last, have those that leave a fold out
  /// as one piece behind that fold: this says which row lies at place `at`, 0 to twice the rows.
  std::int64_t row_at(std::int64_t at) const;
  /// How many rows of that repeated order the pieces of all folds take.
  std::int64_t length() const;
};

}  // namespace vgan
