// Which of the settings that a search evaluated it proposes.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/experiment/evolution.hpp"

namespace vgan {

/// Up to `count` of `all`, the best first. Those that are not allowed are proposed only where all
/// are such. By one goal, each is the best of those that are half a unit or more from all before it
/// (SettingSpace::distance); that distance is halved until there are enough. By several, they are
/// the first front of all, thinned (`thinned`), by their first goal.
std::vector<std::size_t> propose(const std::vector<Candidate>& all, const SettingSpace& space,
                                 std::size_t count);

}  // namespace vgan
