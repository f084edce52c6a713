// Trials in two parts: one to train on, one to measure on.
#pragma once

#include <cstdint>

#include "engine/data/hold_out_part.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

struct SplitTrials {
  Trials training, held_out;
};

/// Takes `held_out` of the trials, 0 to all, with what belongs to them, out of `trials`; both parts
/// are in the order of the file. Which trials `HoldOutPart::random` draws depends on their number
/// and `seed` alone. Takes memory for the part that is held out. Throws as Trials::part.
SplitTrials split_trials(Trials trials, std::int64_t held_out, HoldOutPart part,
                         std::uint64_t seed);

}  // namespace vgan
