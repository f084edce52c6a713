#include "engine/metrics/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "engine/base/check.hpp"
#include "engine/base/sorted_quantile.hpp"
#include "engine/metrics/measured_rows.hpp"
#include "engine/metrics/weighted_rows.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

// Philox subsequences far from those of training, of resampled trials and of drawn rows; each side
// has its own, and so has each resample.
constexpr std::uint64_t draw_stream = std::uint64_t{8} << 60;
constexpr std::uint64_t order_purpose = 5000;  // of drawn_rows, plus the side
constexpr std::uint64_t sides = 16;

}  // namespace

Resampling::Resampling(std::int64_t rows, std::uint64_t seed, std::uint64_t side,
                       std::int64_t groups)
    : groups_(std::min(rows, groups)), seed_(seed), side_(side) {
  require(rows > 0 && side < sides, "a bootstrap", std::to_string(rows) + " rows", "one or more");
  group_of_.resize(static_cast<std::size_t>(rows));
  if (groups_ == rows) {
    std::iota(group_of_.begin(), group_of_.end(), 0);
    return;
  }
  const std::vector<std::int64_t> order = drawn_rows(rows, rows, seed, order_purpose + side);
  for (std::int64_t i = 0; i < rows; ++i) {
    group_of_[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] =
        static_cast<std::int32_t>(i % groups_);
  }
}

std::vector<std::int32_t> Resampling::counts(std::int64_t which) const {
  std::vector<std::int32_t> made(static_cast<std::size_t>(groups_), 0);
  const std::uint64_t stream = draw_stream + static_cast<std::uint64_t>(which) * sides + side_;
  math::Words4 words{};
  for (std::int64_t i = 0; i < groups_; ++i) {
    if (i % 4 == 0) words = math::philox_block(seed_, stream, static_cast<std::uint64_t>(i / 4));
    const std::uint64_t word = math::word_of(words, static_cast<int>(i % 4));
    ++made[static_cast<std::size_t>((word * static_cast<std::uint64_t>(groups_)) >> 32)];
  }
  return made;
}

Estimate percentile_interval(double value, std::vector<double> resampled, double inside) {
  require(!resampled.empty(), "an interval", "no resampled figures", "one or more");
  for (const double one : resampled) {
    require(!std::isnan(one), "an interval", "a resampled figure that is no number", "numbers");
  }
  std::sort(resampled.begin(), resampled.end());
  const double outside = 0.5 * (1.0 - inside);
  return {value, sorted_quantile(resampled, outside), sorted_quantile(resampled, 1.0 - outside)};
}

Estimate centred_interval(double value, std::vector<double> resampled, double inside, double least,
                          double most) {
  const double mean = std::accumulate(resampled.begin(), resampled.end(), 0.0) /
                      static_cast<double>(std::max<std::size_t>(resampled.size(), 1));
  Estimate made = percentile_interval(value, std::move(resampled), inside);
  made.low = std::clamp(*made.low - mean + value, least, most);
  made.high = std::clamp(*made.high - mean + value, least, most);
  return made;
}

Estimate bootstrap_mean(std::span<const double> rows, const BootstrapOptions& options) {
  const Resampling draws(std::ssize(rows), options.seed);
  std::vector<double> sums(static_cast<std::size_t>(draws.groups()), 0.0), sizes = sums;
  double all = 0.0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto group = static_cast<std::size_t>(draws.group_of()[row]);
    sums[group] += rows[row];
    sizes[group] += 1.0;
    all += rows[row];
  }
  std::vector<double> means;
  for (std::int64_t which = 0; which < options.resamples; ++which) {
    const std::vector<std::int32_t> counts = draws.counts(which);
    double sum = 0.0, size = 0.0;
    for (std::size_t group = 0; group < counts.size(); ++group) {
      sum += counts[group] * sums[group];
      size += counts[group] * sizes[group];
    }
    means.push_back(sum / size);
  }
  return percentile_interval(all / static_cast<double>(rows.size()), std::move(means),
                             options.inside);
}

Estimate bootstrap_median(std::span<const double> rows, const BootstrapOptions& options) {
  const WeightedMedian sorted(rows);
  const Resampling draws(std::ssize(rows), options.seed);
  std::vector<double> medians;
  for (std::int64_t which = 0; which < options.resamples; ++which) {
    medians.push_back(sorted.median(draws, draws.counts(which)));
  }
  return percentile_interval(sorted.median(), std::move(medians), options.inside);
}

std::vector<double> resampled_figures(
    const Resampling& one, const Resampling& two, std::int64_t resamples,
    const std::function<double(std::span<const std::int32_t>, std::span<const std::int32_t>)>&
        figure) {
  std::vector<double> made;
  for (std::int64_t which = 0; which < resamples; ++which) {
    made.push_back(figure(one.counts(which), two.counts(which)));
  }
  return made;
}

}  // namespace vgan
