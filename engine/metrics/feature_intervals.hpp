// Distances of sets of features with their intervals.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/metrics/bootstrap.hpp"
#include "engine/metrics/frechet.hpp"
#include "engine/metrics/measure.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// Gaussians of features and of resamples of them, from sums by group of rows.
class GaussianDraws {
 public:
  /// Throws internal for fewer than two rows.
  GaussianDraws(const Features& features, std::uint64_t seed, std::uint64_t side);

  const Resampling& draws() const { return draws_; }
  /// As fit_gaussian has it, of a resample in which group i is drawn counts[i] times.
  Gaussian gaussian(std::span<const std::int32_t> counts) const;

 private:
  std::int64_t columns_;
  Resampling draws_;
  std::vector<double> middle_;  ///< [columns]: what is taken off each row, so that sums stay small
  std::vector<double> sizes_;   ///< [groups]
  std::vector<double> sums_;    ///< [groups, columns]
  std::vector<double> products_;  ///< [groups, columns, columns]
};

/// The interval of features of more columns is not found: each of its figures takes as long as two
/// decompositions of a matrix of that size.
inline constexpr std::int64_t most_interval_columns = 128;

/// frechet_distance of Gaussians fitted to both sides. With `options`, the interval of both sides'
/// rows resampled, centred, as fewer different rows lie further apart, and not below 0; up to
/// `most_interval_columns` columns. Memory is 500 * columns^2 numbers a side. Throws as
/// fit_gaussian and frechet_distance.
Estimate frechet_estimate(const Features& real, const Features& generated,
                          const BootstrapOptions* options = nullptr);

/// Rows of a side that the interval of the next one is found from, evenly spread.
inline constexpr std::int64_t most_sliced_rows = 20000;

/// sliced_wasserstein by options' seed (1 without), of up to `most_sliced_rows` of each side. With
/// `options`, the interval of both sides' rows resampled, centred, and not below 0; the
/// distribution functions of resamples are compared at 256 places of each line. Throws as
/// sliced_wasserstein.
Estimate sliced_wasserstein_estimate(const Features& real, const Features& generated,
                                     const BootstrapOptions* options = nullptr);

}  // namespace vgan
