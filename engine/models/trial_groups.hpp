// Groups of alike trials, which G and D are told of where data have no labels.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/data/trials.hpp"

namespace vgan {

/// How many groups trials are put into where `wanted` are asked for: no more than one for each 100
/// trials, and 0 (none) where that leaves fewer than two, and for rows and
/// curves.
std::int64_t group_count(std::int64_t wanted, const Trials& trials);

/// The group of each trial [count], from 0 to `groups` - 1: k-means (code_clusters) over up to
/// 4,000 trials, evenly spread over the set, fewer where trials are large, then the nearest mean
/// for each trial, the first of equals. A group may be empty. Depends on the trials alone, bytes
/// counting from 0 to 1 and floats as they are. `groups` is at least 1. For conditions by clusters
/// see Sage et al. 2018, arXiv:1712.04407, and Liu et al. 2020, arXiv:2006.10728.
std::vector<std::int32_t> trial_groups(const Trials& trials, std::int64_t groups);

}  // namespace vgan
