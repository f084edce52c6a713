// The percentile bootstrap: where a figure would lie had other trials been drawn.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "engine/metrics/measure.hpp"

namespace vgan {

struct BootstrapOptions {
  std::int64_t resamples = 400;
  double inside = 0.95;  ///< the share of resampled figures that an interval holds
  std::uint64_t seed = 1;
};

/// Rows drawn anew with replacement, as many as there are (B. Efron, R. Tibshirani, "An
/// introduction to the bootstrap", 1993, chapter 13). Of more than `most_groups` rows, groups of
/// equal size (but for one row) are drawn instead, into which rows are put in an order drawn by the
/// seed: what is summed by group once costs as much for 10^6 rows as for 1,000, and the interval's
/// width has an error of a few percent at most, as it has by the number of resamples. A pure
/// function of (rows, seed, side).
class Resampling {
 public:
  static constexpr std::int64_t most_groups = 500;

  /// `side` tells apart the sets of rows that are drawn for one figure, below 16. Throws internal
  /// for no rows.
  Resampling(std::int64_t rows, std::uint64_t seed, std::uint64_t side = 0,
             std::int64_t groups = most_groups);

  std::int64_t rows() const { return static_cast<std::int64_t>(group_of_.size()); }
  std::int64_t groups() const { return groups_; }
  /// [rows], below groups().
  std::span<const std::int32_t> group_of() const { return group_of_; }
  /// [groups]: how often each is drawn in resample `which`; they sum to groups().
  std::vector<std::int32_t> counts(std::int64_t which) const;

 private:
  std::int64_t groups_;
  std::uint64_t seed_, side_;
  std::vector<std::int32_t> group_of_;
};

/// `value` with the quantiles of the resampled figures that hold `inside` of them (interpolated
/// linearly between neighbours, Hyndman and Fan's seventh). Throws internal for none, or where one
/// is no number.
Estimate percentile_interval(double value, std::vector<double> resampled, double inside = 0.95);

/// percentile_interval, moved so that the resampled figures' mean is at `value`: for figures that
/// resampling raises or lowers, such as distances of distributions, which repeated rows drive
/// apart; kept within `least` to `most`. Throws as percentile_interval.
Estimate centred_interval(double value, std::vector<double> resampled, double inside = 0.95,
                          double least = -std::numeric_limits<double>::infinity(),
                          double most = std::numeric_limits<double>::infinity());

/// The mean of rows' contributions (1 and 0 for a share) with its percentile interval. Time is that
/// of a pass over the rows and of resamples * groups. Throws internal for no rows.
Estimate bootstrap_mean(std::span<const double> rows, const BootstrapOptions& options = {});

/// The median of rows' values with its percentile interval. Time is that of a sort and of
/// resamples * rows. Throws internal for no rows.
Estimate bootstrap_median(std::span<const double> rows, const BootstrapOptions& options = {});

/// Figures of resamples of two sets of rows, that of `figure`, which takes how often each group of
/// either set is drawn: [resamples].
std::vector<double> resampled_figures(
    const Resampling& one, const Resampling& two, std::int64_t resamples,
    const std::function<double(std::span<const std::int32_t>, std::span<const std::int32_t>)>&
        figure);

}  // namespace vgan
