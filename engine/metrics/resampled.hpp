// Trials whose numbers know nothing of each other: a floor for any measure of quality.
#pragma once

#include <cstdint>

#include "engine/data/image_set.hpp"

namespace vgan {

/// `count` trials, each of whose numbers is that of a trial of `images` drawn for it alone, with
/// replacement: every number has its own distribution, and nothing else of the data is left. A pure
/// function of (images, count, seed). No labels, no conditions.
ImageSet resampled_columns(const ImageSet& images, std::int64_t count, std::uint64_t seed);

}  // namespace vgan
