#include "engine/quality/closeness.hpp"

#include <cmath>

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/privacy.hpp"

namespace vgan {
namespace {

BootstrapOptions by_seed(std::uint64_t seed) {
  BootstrapOptions made;
  made.seed = seed;
  return made;
}

}  // namespace

Closeness closeness(const Neighbours& known, const Features& queries) {
  const NearestRows found = known.nearest(queries, 2);
  Closeness made;
  for (std::int64_t row = 0; row < found.rows; ++row) {
    made.closest.push_back(std::sqrt(double{found.squared_distance(row, 0)}));
    made.second.push_back(std::sqrt(double{found.squared_distance(row, 1)}));
  }
  return made;
}

Figures closeness_figures(const Closeness& samples, const Closeness& held_out,
                          std::optional<std::uint64_t> seed) {
  const BootstrapOptions options = by_seed(seed.value_or(1));
  const std::int64_t count = std::ssize(samples.closest), real = std::ssize(held_out.closest);
  Figures made;
  if (const auto ratio =
          closest_ratio(samples.closest, held_out.closest, seed ? &options : nullptr)) {
    made.push_back({"dcr", *ratio, count, real, true});
  }
  if (near_copy_distance(held_out.closest) > 0.0) {
    Estimate near = bootstrap_mean(near_copies(samples.closest, held_out.closest), options);
    if (!seed) near = {near.value, {}, {}};
    made.push_back({"near-copies", near, count, real, true});
  }
  if (!seed) return made;
  made.push_back({"neighbour-ratio",
                  bootstrap_median(neighbour_ratios(samples.closest, samples.second), options),
                  count, real, true});
  return made;
}

std::vector<std::string> closeness_notes(const Closeness& held_out) {
  std::vector<std::string> made;
  if (near_copy_distance(held_out.closest) == 0.0) {
    made.emplace_back(
        "near-copies is left out: 1 of 100 held-out trials or more is a training trial itself, and "
        "nothing can be nearer.");
  }
  if (!closest_ratio(held_out.closest, held_out.closest)) {
    made.emplace_back(
        "dcr is left out: half of the held-out trials or more are training trials themselves.");
  }
  return made;
}

Figures closest_share_figure(const Closeness& to_training, const Closeness& to_held_out,
                             std::int64_t training, std::int64_t held_out,
                             std::optional<std::uint64_t> seed) {
  const BootstrapOptions options = by_seed(seed.value_or(1));
  const auto share = closest_share(to_training.closest, to_held_out.closest, training, held_out,
                                   seed ? &options : nullptr);
  if (!share) return {};
  return {{"dcr-share", *share, std::ssize(to_training.closest), training + held_out, true}};
}

Figure membership_figure(const Closeness& members, const Closeness& others, std::int64_t samples,
                         std::uint64_t seed) {
  const BootstrapOptions options = by_seed(seed);
  return {"membership", membership_auc(members.closest, others.closest, &options), samples,
          std::ssize(members.closest) + std::ssize(others.closest), true};
}

Figure copies_figure(double copies, std::int64_t count, std::int64_t training,
                     std::optional<std::uint64_t> seed) {
  Estimate estimate{copies, {}, {}};
  if (seed) {
    std::vector<double> rows(static_cast<std::size_t>(count), 0.0);
    const auto found = static_cast<std::size_t>(std::llround(copies * static_cast<double>(count)));
    for (std::size_t i = 0; i < found; ++i) rows[i] = 1.0;
    estimate = bootstrap_mean(rows, by_seed(*seed));
  }
  return {"copies", estimate, count, training};
}

}  // namespace vgan
