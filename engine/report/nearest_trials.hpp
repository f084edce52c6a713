// The training trial next to each of a few samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/trials.hpp"

namespace vgan {

struct NearestTrial {
  std::int64_t sample = 0;  ///< its number
  std::int64_t trial = 0;   ///< of the training trials
  double distance = 0.0;    ///< Euclidean, in the units of TrialRows or TrialUnits
};

/// For each of `samples`, by number, the nearest training trial. Bytes count from 0 to 1, other
/// numbers as TrialUnits has them by `units`, or where it is null by `training`. Reads the training
/// trials once. Throws internal for samples of another size.
std::vector<NearestTrial> nearest_trials(const Trials& training, const Trials& samples,
                                         std::span<const std::int64_t> of,
                                         const Trials* units = nullptr);

}  // namespace vgan
