// How near sets of trials come to those that were trained on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/metrics/neighbours.hpp"
#include "engine/quality/figures.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// How far each of some trials is from the closest trial of a set, and from the next.
struct Closeness {
  std::vector<double> closest, second;
};

/// How far each query is from the points of `known`.
Closeness closeness(const Neighbours& known, const Features& queries);

/// Distances to training trials as figures: those of samples, or of held-out trials themselves,
/// beside those of held-out trials. Without `seed` there are no intervals, and no neighbour ratio.
Figures closeness_figures(const Closeness& samples, const Closeness& held_out,
                          std::optional<std::uint64_t> seed);

/// The membership attack: `members` were trained on, `others` not; both are distances to samples.
Figure membership_figure(const Closeness& members, const Closeness& others, std::int64_t samples,
                         std::uint64_t seed);

/// The share `copies` of `count` samples that are training trials, with its interval by the seed.
Figure copies_figure(double copies, std::int64_t count, std::int64_t training,
                     std::optional<std::uint64_t> seed);

}  // namespace vgan
