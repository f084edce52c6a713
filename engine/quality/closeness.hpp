// How near sets of trials come to those that were trained on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
/// Where held-out trials are copies themselves some figures say nothing and are left out, for which
/// closeness_notes has the reasons.
Figures closeness_figures(const Closeness& samples, const Closeness& held_out,
                          std::optional<std::uint64_t> seed);

/// Why figures are left out, for people; empty: none is.
std::vector<std::string> closeness_notes(const Closeness& held_out);

/// closest_share of samples, by their distances to `training` trials that were trained on and to
/// `held_out` ones; none where all are as near to both.
Figures closest_share_figure(const Closeness& to_training, const Closeness& to_held_out,
                             std::int64_t training, std::int64_t held_out,
                             std::optional<std::uint64_t> seed);

/// The membership attack: `members` were trained on, `others` not; both are distances to samples.
Figure membership_figure(const Closeness& members, const Closeness& others, std::int64_t samples,
                         std::uint64_t seed);

/// The share `copies` of `count` samples that are training trials, with its interval by the seed.
Figure copies_figure(double copies, std::int64_t count, std::int64_t training,
                     std::optional<std::uint64_t> seed);

}  // namespace vgan
