// Columns as small whole numbers, which is all that a decision tree asks of them.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// [columns][rows], bins of TreeBins.
using BinnedRows = std::vector<std::vector<std::uint8_t>>;

/// Puts values into up to `most` bins a column, found by training rows. Numbers of no more values
/// than that have a bin each, which ends half-way to the next; of more, bins end at the
/// quantiles k / `most` (the inverse of the distribution function, averaged where it jumps). Words
/// have a bin each, the `most` most frequent; others, and words that no training row has, count as
/// missing.
class TreeBins {
 public:
  static constexpr std::size_t most = 255;
  static constexpr std::uint8_t missing = 255;  ///< the bin of missing values

  struct Column {
    bool words = false;
    bool has_missing = false;  ///< in training
    std::size_t bins = 0;      ///< but for that of missing values
    std::vector<double>
        ends;  ///< of numbers: a bin has what is not above its end; bins - 1 of them
    std::vector<std::uint8_t> of_word;  ///< of words
  };

  explicit TreeBins(const MeasuredRows& training);
  const std::vector<Column>& columns() const { return columns_; }
  /// Throws internal for columns of other kinds.
  BinnedRows binned(const MeasuredRows& rows) const;

 private:
  std::vector<Column> columns_;
};

}  // namespace vgan
