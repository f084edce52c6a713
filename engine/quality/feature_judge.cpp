#include "engine/quality/feature_judge.hpp"

#include <algorithm>
#include <utility>

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/feature_intervals.hpp"
#include "engine/metrics/kernel_distance.hpp"
#include "engine/metrics/neighbours.hpp"

namespace vgan {
namespace {

constexpr std::int64_t neighbours = 3;
constexpr std::int64_t most_blocks = 20;  // of rows, for the interval of a kernel's distance
constexpr std::int64_t least_block = 25;

/// Rows [first, first + count).
Features part_of(const Features& features, std::int64_t first, std::int64_t count) {
  const auto begin = features.values.begin() + first * features.columns;
  return {count, features.columns, {begin, begin + count * features.columns}};
}

// A figure over pairs of rows has its interval from blocks of rows: their mean is resampled, and
// the interval moved to the figure of all rows.
Estimate by_blocks(const Features& real, const Features& samples, std::uint64_t seed,
                   const std::function<double(const Features&, const Features&)>& figure) {
  const double value = figure(real, samples);
  const std::int64_t blocks =
      std::min(std::min(real.rows, samples.rows) / least_block, most_blocks);
  if (blocks < 4) return {value, {}, {}};
  std::vector<double> found;
  for (std::int64_t i = 0; i < blocks; ++i) {
    const std::int64_t r = real.rows / blocks, s = samples.rows / blocks;
    found.push_back(figure(part_of(real, i * r, r), part_of(samples, i * s, s)));
  }
  BootstrapOptions options;
  options.seed = seed;
  const Estimate mean = bootstrap_mean(found, options);
  return {value, *mean.low - mean.value + value, *mean.high - mean.value + value};
}

template <class Number>
std::vector<double> as_numbers(const std::vector<Number>& rows, double unit) {
  std::vector<double> made;
  made.reserve(rows.size());
  for (const Number row : rows) made.push_back(static_cast<double>(row) * unit);
  return made;
}

std::vector<double> above_zero(const std::vector<std::int64_t>& counts) {
  std::vector<double> made;
  for (const std::int64_t count : counts) made.push_back(count > 0 ? 1.0 : 0.0);
  return made;
}

}  // namespace

FeatureLimits FeatureLimits::of(MeasureDepth depth) {
  return depth == MeasureDepth::quick ? FeatureLimits{10000, 2000, 0}
                                      : FeatureLimits{50000, 10000, 10000};
}

FeatureJudge::FeatureJudge(Features training, Features held_out, bool rows, std::uint64_t seed)
    : training_(std::move(training)), held_out_(std::move(held_out)), rows_(rows), seed_(seed) {
  if (rows_) bandwidth_ = median_bandwidth(held_out_);
}

Figures FeatureJudge::kernel_figures(MeasureDevice& device, const Features& samples,
                                     MeasureDepth depth) const {
  const std::int64_t most = FeatureLimits::of(depth).kernel;
  const Features some = samples.spread(most), real = held_out_.spread(most);
  const auto distance = [&](const Features& one, const Features& two) {
    return rows_ ? gaussian_mmd(device, one, two, bandwidth_) : kernel_distance(device, one, two);
  };
  return {{rows_ ? "mmd" : "kernel-distance", by_blocks(real, some, seed_, distance), some.rows,
           real.rows, true}};
}

Figures FeatureJudge::device_figures(MeasureDevice& device, const Features& samples,
                                     MeasureDepth depth) const {
  const std::int64_t most = FeatureLimits::of(depth).neighbours;
  const Features some = samples.spread(most), real = held_out_.spread(most);
  const ManifoldRows found = manifold_rows(device, real, some, neighbours);
  BootstrapOptions options;
  options.seed = seed_;
  const auto figure = [&](const char* name, const std::vector<double>& rows) {
    Estimate mean = bootstrap_mean(rows, options);
    if (depth == MeasureDepth::quick) mean = {mean.value, {}, {}};
    return Figure{name, mean, some.rows, real.rows, true};
  };
  Figures made = {figure("precision", above_zero(found.balls)),
                  figure("recall", above_zero(found.around)),
                  figure("density", as_numbers(found.balls, 1.0 / double{neighbours})),
                  figure("coverage", as_numbers(found.covered, 1.0))};
  if (depth == MeasureDepth::quick) return made;
  return joined_figures(std::move(made), kernel_figures(device, samples, depth));
}

std::vector<std::function<Figures()>> FeatureJudge::pieces(const Features& samples,
                                                           MeasureDepth depth) const {
  const FeatureLimits limits = FeatureLimits::of(depth);
  const bool full = depth == MeasureDepth::full;
  const auto both = [this, &samples](std::int64_t most) {
    return std::pair(held_out_.spread(most), samples.spread(most));
  };
  std::vector<std::function<Figures()>> made;
  made.emplace_back([=, this] {
    const auto [real, some] = both(limits.gaussian);
    const BootstrapOptions options{.seed = seed_};
    return Figures{{"frechet", frechet_estimate(real, some, full ? &options : nullptr), some.rows,
                    real.rows, true}};
  });
  if (!full) return made;
  made.emplace_back([=, this] {
    const auto [real, some] = both(limits.gaussian);
    // Each resample is a pass over all rows for each of the lines.
    const BootstrapOptions options{.resamples = 100, .seed = seed_};
    return Figures{{"sliced-wasserstein", sliced_wasserstein_estimate(real, some, &options),
                    std::min(some.rows, most_sliced_rows), std::min(real.rows, most_sliced_rows),
                    true}};
  });
  return made;
}

}  // namespace vgan
