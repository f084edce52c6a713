// Whether virtual trials repeat those that were trained on, by distances to the closest ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/measure.hpp"

namespace vgan {

/// All distances here are from one row to its closest of a set, in any one unit, finite and not
/// negative; the functions throw internal where a span is empty.

/// The distance that a share `quantile` of held-out trials are nearer than to a training trial.
double near_copy_distance(std::span<const double> held_out, double quantile = 0.01);

/// [samples]: 1 for each trial that is nearer to a training trial than near_copy_distance of
/// held-out ones, else 0; the mean is the share of near copies, 0 to 1, and `quantile` where
/// virtual trials are as near as held-out ones (after M. Platzer, T. Reutterer 2021,
/// doi:10.3389/fdata.2021.679939, who compare the same two sets of distances). Held-out trials that
/// are copies themselves make a copy nothing special: where a share `quantile` of them are, nothing
/// is nearer.
std::vector<double> near_copies(std::span<const double> samples, std::span<const double> held_out,
                                double quantile = 0.01);

/// The median distance of virtual trials to the closest training trial over that of held-out ones
/// (the DCR of Z. Zhao et al. 2021, arXiv:2102.08369, beside its own floor), from 0: 1 where they
/// are as near, below 1 where they are nearer. Nothing where the held-out trials' is 0. With
/// `options`, both sides are resampled; else there is no interval.
std::optional<Estimate> closest_ratio(std::span<const double> samples,
                                      std::span<const double> held_out,
                                      const BootstrapOptions* options = nullptr);

/// [rows]: the distance to the closest training trial over that to the second closest, 0 to 1:
/// small where a trial lies beside one training trial and far from all others (D. Lowe 2004,
/// doi:10.1023/B:VISI.0000029664.99615.94; of virtual rows Z. Zhao et al. 2021). 1 where both are
/// 0, 0 where there is no second. Throws internal where lengths differ.
std::vector<double> neighbour_ratios(std::span<const double> closest,
                                     std::span<const double> second);

/// How often a virtual trial's closest of all real trials was trained on rather than held out, each
/// trial counting as one: with a share h of samples closest to one of M held-out trials, the others
/// to one of N that were trained on, (1 - h) / N over that and h / M. 0.5: no more often; 1: held
/// out ones never are (the share of Platzer and Reutterer 2021, who take M = N). Held-out trials
/// drawn at random are as likely to be met as training trials by whatever knows the data but no
/// single trial, also where trials lie on a grid whose points come once, so that any sample on it
/// is nearer to training trials than held-out ones are. Samples as near to both are left out;
/// nothing where all are. `training`, `held_out`: N and M. With `options`, samples are resampled.
std::optional<Estimate> closest_share(std::span<const double> to_training,
                                      std::span<const double> to_held_out, std::int64_t training,
                                      std::int64_t held_out,
                                      const BootstrapOptions* options = nullptr);

/// How well an attacker who has virtual trials alone tells trials that were trained on (`members`)
/// from others that were not: the AUC of the distance to the closest virtual trial, members nearer
/// (the attack on a generator's samples of D. Chen et al. 2020, arXiv:1909.03935; J. Hayes et al.
/// 2019, arXiv:1705.07663, attack by the discriminator). 0.5: nothing was learned of single trials;
/// 1: all are told. With `options`, both sides are resampled; else there is no interval.
Estimate membership_auc(std::span<const double> members, std::span<const double> others,
                        const BootstrapOptions* options = nullptr);

}  // namespace vgan
