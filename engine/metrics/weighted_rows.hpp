// Figures of rows that are drawn several times, whose order is found once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/metrics/bootstrap.hpp"

namespace vgan {

/// Values in ascending order, with the row that each is of.
struct SortedRows {
  /// Throws internal for no rows.
  explicit SortedRows(std::span<const double> values);
  /// Rows that have other numbers in the set that is resampled: `numbers` [rows]. One may come
  /// several times. Throws internal where lengths differ.
  SortedRows(std::span<const double> values, std::span<const std::int64_t> numbers);

  std::vector<double> values;      ///< ascending; equal ones in the order of their rows
  std::vector<std::int32_t> rows;  ///< [rows]
  /// [rows]: how often each value comes in a resample, in the order of `values`.
  std::vector<std::int32_t> weights(const Resampling& draws,
                                    std::span<const std::int32_t> counts) const;
};

/// The median of rows and of resamples of them: the middle between the two middle values of an even
/// number.
class WeightedMedian {
 public:
  /// Throws internal for no rows.
  explicit WeightedMedian(std::span<const double> rows);
  double median() const;
  double median(const Resampling& draws, std::span<const std::int32_t> counts) const;

 private:
  SortedRows sorted_;
};

/// Two sets of numbers merged, for figures of their distribution functions.
class DistributionPair {
 public:
  /// Throws internal for no numbers on a side.
  DistributionPair(std::span<const double> one, std::span<const double> two);

  struct Differences {
    double greatest = 0.0;  ///< of the distribution functions: the Kolmogorov-Smirnov distance
    double shares = 0.0;    ///< of the shares of each value, summed
    double area = 0.0;      ///< between the functions: the first Wasserstein distance
  };
  Differences differences() const;
  /// The differences of resamples of both sides.
  Differences differences(const Resampling& draws_one, std::span<const std::int32_t> counts_one,
                          const Resampling& draws_two,
                          std::span<const std::int32_t> counts_two) const;

 private:
  Differences walk(std::span<const std::int32_t> one, std::span<const std::int32_t> two) const;

  SortedRows one_, two_;
};

}  // namespace vgan
