// Scales by the values of trials.
#pragma once

#include <vector>

#include "engine/encode/scaling.hpp"

namespace vgan {

/// One scale for each column, and one for all values. The few trials that reach furthest out, one
/// in 200 and at least one at each end, do not count as bulk; where the range is more than ten
/// times as wide as the bulk, what is far outside becomes a tail. Where nearly all trials have one
/// number, the bulk is that of the others. Throws bad_data for values that are further apart than a
/// double can say.
std::vector<Scale> fit_columns(const Trials& trials);
Scale fit_all(const Trials& trials);

}  // namespace vgan
