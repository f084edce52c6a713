#include "engine/metrics/privacy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "engine/base/check.hpp"
#include "engine/base/sorted_quantile.hpp"
#include "engine/metrics/auc_interval.hpp"

namespace vgan {
namespace {

void require_rows(const char* measure, std::span<const double> rows) {
  require(!rows.empty(), measure, "no rows", "one or more");
}

}  // namespace

double near_copy_distance(std::span<const double> held_out, double quantile) {
  require_rows("near copies", held_out);
  std::vector<double> sorted(held_out.begin(), held_out.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted_quantile(sorted, quantile);
}

std::vector<double> near_copies(std::span<const double> samples, std::span<const double> held_out,
                                double quantile) {
  require_rows("near copies", samples);
  const double near = near_copy_distance(held_out, quantile);
  std::vector<double> made;
  made.reserve(samples.size());
  for (const double distance : samples) made.push_back(distance < near ? 1.0 : 0.0);
  return made;
}

std::optional<Estimate> closest_ratio(std::span<const double> samples,
                                      std::span<const double> held_out,
                                      const BootstrapOptions* options) {
  require_rows("closest records", samples);
  require_rows("closest records", held_out);
  const WeightedMedian own(samples), other(held_out);
  if (other.median() == 0.0) return std::nullopt;
  const double ratio = own.median() / other.median();
  if (options == nullptr) return Estimate{ratio};
  const Resampling one(std::ssize(samples), options->seed, 0);
  const Resampling two(std::ssize(held_out), options->seed, 1);
  // A resample in which half of the held-out rows are copies has no ratio; the largest number
  // stands for it, so that the interval says how little is known.
  constexpr double unknown = std::numeric_limits<double>::max();
  auto figures = resampled_figures(one, two, options->resamples, [&](auto first, auto second) {
    const double below = other.median(two, second);
    return below > 0.0 ? own.median(one, first) / below : unknown;
  });
  return percentile_interval(ratio, std::move(figures), options->inside);
}

std::vector<double> neighbour_ratios(std::span<const double> closest,
                                     std::span<const double> second) {
  require(closest.size() == second.size(), "ratios of neighbours",
          std::to_string(second.size()) + " second distances", std::to_string(closest.size()));
  std::vector<double> made;
  made.reserve(closest.size());
  for (std::size_t i = 0; i < closest.size(); ++i) {
    made.push_back(second[i] > 0.0 ? closest[i] / second[i] : 1.0);
  }
  return made;
}

std::optional<Estimate> closest_share(std::span<const double> to_training,
                                      std::span<const double> to_held_out, std::int64_t training,
                                      std::int64_t held_out, const BootstrapOptions* options) {
  require(to_training.size() == to_held_out.size() && training > 0 && held_out > 0,
          "shares of closest records", std::to_string(to_held_out.size()) + " distances",
          std::to_string(to_training.size()) + ", to one trial or more of each kind");
  std::vector<double> rows;
  for (std::size_t i = 0; i < to_training.size(); ++i) {
    if (to_training[i] != to_held_out[i]) rows.push_back(to_held_out[i] < to_training[i] ? 1 : 0);
  }
  if (rows.empty()) return std::nullopt;
  const auto share = [&](double nearest_held_out) {
    const double trained = (1.0 - nearest_held_out) / static_cast<double>(training);
    return trained / (trained + nearest_held_out / static_cast<double>(held_out));
  };
  const Estimate mean = bootstrap_mean(rows, options == nullptr ? BootstrapOptions{} : *options);
  if (options == nullptr) return Estimate{share(mean.value), {}, {}};
  return Estimate{share(mean.value), share(*mean.high), share(*mean.low)};
}

Estimate membership_auc(std::span<const double> members, std::span<const double> others,
                        const BootstrapOptions* options) {
  std::vector<double> near, far;
  for (const double distance : members) near.push_back(-distance);
  for (const double distance : others) far.push_back(-distance);
  return auc_estimate(near, far, options);
}

}  // namespace vgan
