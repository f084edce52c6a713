// How alike two sets of curves are, time by time and over time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/metrics/bootstrap.hpp"
#include "engine/stats/trial_rows.hpp"

namespace vgan {

/// Figures of each curve, summed by groups of curves, so that the means of resamples cost little.
class CurveMeans {
 public:
  /// Up to this many curves of a set are looked at, evenly spread.
  static constexpr std::int64_t most_curves = 20000;
  static constexpr std::int64_t most_lags = 64;

  /// The mean power spectrum [channels, times / 2 + 1] of curves whose numbers lie time after time
  /// with channels innermost: the periodogram of each curve without its mean, one-sided, density at
  /// one sample a unit of time (scipy.signal.periodogram's own defaults). Throws internal for no
  /// curves, and where channels do not divide their numbers.
  static CurveMeans spectra(const TrialRows& curves, std::int64_t channels, std::uint64_t seed = 1,
                            std::uint64_t side = 0);
  /// The mean autocorrelation [channels, lags] at lags 1 to the lesser of times / 2 and
  /// `most_lags`: sum (x_t - m) (x_t+lag - m) / sum (x_t - m)^2, m the mean of the curve (G. Box,
  /// G. Jenkins 1976, biased estimate). A curve that does not move has 0. Throws as spectra.
  static CurveMeans autocorrelations(const TrialRows& curves, std::int64_t channels,
                                     std::uint64_t seed = 1, std::uint64_t side = 0);

  std::int64_t channels() const { return channels_; }
  std::int64_t size() const { return size_; }  ///< numbers of a channel: bins or lags
  const Resampling& draws() const { return draws_; }
  /// [channels, size]
  std::vector<double> mean() const;
  std::vector<double> mean(std::span<const std::int32_t> counts) const;

 private:
  CurveMeans(std::int64_t rows, std::int64_t channels, std::int64_t size, std::uint64_t seed,
             std::uint64_t side);
  template <class Figures>
  void add_all(const TrialRows& curves, Figures figures);

  std::int64_t channels_, size_;
  Resampling draws_;
  std::vector<double> sums_;   ///< [groups, channels, size]
  std::vector<double> sizes_;  ///< [groups]
};

/// The log-spectral distance in decibels: the root of the mean over frequencies above 0 and
/// channels of the square of 10 log10 of the ratio of powers (A. Gray, J. Markel 1976,
/// doi:10.1109/TASSP.1976.1162849). From 0. What is below a millionth of the greater of both sides'
/// mean power of its channel counts as that much, so that rounding is not compared. 0 for curves of
/// one time. Throws internal for spectra of other sizes.
double log_spectral_distance(std::span<const double> one, std::span<const double> two,
                             std::int64_t channels);
/// With `options`, with the interval of both sides' curves resampled, centred, as noise drives
/// spectra apart. Throws as above.
Estimate spectrum_estimate(const CurveMeans& real, const CurveMeans& generated,
                           const BootstrapOptions* options = nullptr);

/// The root of the mean over lags and channels of the square of the difference of mean
/// autocorrelations, 0 to 2; 0 where there are no lags. With `options` as spectrum_estimate. Throws
/// internal for other sizes.
Estimate autocorrelation_estimate(const CurveMeans& real, const CurveMeans& generated,
                                  const BootstrapOptions* options = nullptr);

/// Quantiles of curves at each of their numbers, and how others lie between them.
class QuantileBands {
 public:
  static constexpr double levels[] = {0.05, 0.25, 0.5, 0.75, 0.95};
  static constexpr std::size_t level_count = std::size(levels);

  /// By up to CurveMeans::most_curves curves, fewer where they have more than 1,677 numbers: 2^25
  /// numbers in all. Throws internal for none.
  explicit QuantileBands(const TrialRows& curves);

  std::int64_t size() const { return size_; }  ///< numbers of a curve
  /// [level_count, size()], interpolated linearly between neighbours.
  const std::vector<double>& quantiles() const { return quantiles_; }
  /// The mean over numbers of the total variation between the shares of the real curves and of
  /// `curves` in the cells that the quantiles bound, in which a value that is one of them counts by
  /// half on either side; 0 to 1. With `options`, a centred interval of `curves` resampled. Throws
  /// internal for none, or for curves of another size.
  Estimate difference(const TrialRows& curves, const BootstrapOptions* options = nullptr) const;

 private:
  std::pair<std::size_t, std::size_t> cells_of(std::int64_t number, double value) const;

  std::int64_t size_;
  std::vector<double> quantiles_;
  std::vector<double> shares_;  ///< [size, level_count + 1], of all numbers: they sum to 1
};

}  // namespace vgan
