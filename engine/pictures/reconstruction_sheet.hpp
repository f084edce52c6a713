// Trials, each above its reconstruction, on one picture.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/files/folder.hpp"

namespace vgan {

/// What a sheet shows where nobody says how many: five times ten above their reconstructions.
inline constexpr std::int64_t pairs_on_a_sheet = 50;

/// Whether a picture can show `count` of such trials: images or curves, not too many.
bool has_sheet(const Trials& trials, std::int64_t count);
/// Throws bad_config where it cannot.
void require_sheet(const Trials& trials, std::int64_t count);

/// The first trials above `reconstructions`, [count, trial] in the data's units; `trials.low` is
/// black and `trials.high` white.
void write_reconstruction_sheet(const FilePlace& place, const Trials& trials,
                                const std::vector<double>& reconstructions);

/// `count` of the trials, evenly from first to last, without labels.
Trials some_of(const Trials& trials, std::int64_t count);

}  // namespace vgan
