// What many curves have in common: quantiles at each point, spectra, autocorrelations.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/data/trials.hpp"

namespace vgan {

/// Quantiles of the values at each point of a channel: 5, 25, 50, 75, 95 %.
inline constexpr std::array<double, 5> band_levels{0.05, 0.25, 0.5, 0.75, 0.95};

struct CurveSummary {
  std::int64_t curves = 0;  ///< that were looked at
  /// [levels][points]
  std::array<std::vector<double>, band_levels.size()> bands;
  /// The mean over curves of |discrete Fourier transform|^2 / points, of a curve less its mean, at
  /// 1, 2, ... cycles a curve, up to half the points.
  std::vector<double> spectrum;
  /// The mean over curves of the autocorrelation at lags 0, 1, ..., up to half the points; curves
  /// that do not vary are left out. Empty where all of them do not.
  std::vector<double> autocorrelation;
};

/// Summarises channel `channel` of curves, of which up to `most`, evenly spread, are looked at.
CurveSummary summarise_curves(const Trials& curves, std::int64_t channel, std::int64_t most = 1000);

/// Curve `trial` of a channel.
std::vector<double> curve_of(const Trials& curves, std::int64_t trial, std::int64_t channel);

}  // namespace vgan
