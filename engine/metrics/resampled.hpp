// Trials whose numbers know nothing of each other: a floor for any measure of quality.
#pragma once

#include <cstdint>

#include "engine/data/trials.hpp"

namespace vgan {

/// `count` trials, each of whose numbers is that of a trial of `trials` drawn for it alone, with
/// replacement: every number has its own distribution, and nothing else of the data is left. A pure
/// function of (trials, count, seed). No labels, no conditions.
Trials resampled_columns(const Trials& trials, std::int64_t count, std::uint64_t seed);

}  // namespace vgan
