// How alike the joint distributions of pairs of columns are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// What cells a column's values fall into, found by a reference: numbers of up to `most_cells`
/// values have a cell each; of more, cells end where the reference's quantiles k / most_cells lie
/// (its order statistics, each once, a cell with its upper end); of words the most frequent have a
/// cell each and the others share the last. A missing value has a cell of its own.
class ColumnCells {
 public:
  static constexpr std::size_t most_cells = 8;

  explicit ColumnCells(const MeasuredColumn& reference);
  /// The cell of each value, up to `most_cells`, which is that of missing ones.
  std::vector<std::uint8_t> cells_of(const MeasuredColumn& column) const;

 private:
  bool words_;
  std::vector<double> ends_;           ///< of numbers: the upper ends of all cells but the last
  std::vector<std::uint8_t> of_word_;  ///< of words
};

inline constexpr std::int64_t most_pairs = 2000;

/// All pairs of `columns` columns, or `most_pairs` of them that the seed draws.
std::vector<std::pair<std::size_t, std::size_t>> drawn_pairs(std::size_t columns,
                                                             std::uint64_t seed);

/// The mean over pairs of columns of 1 - the total variation between the 8 x 8 tables of shares
/// (ColumnCells of `reference`) of both. 0 to 1; 1 where there is no pair. Of more than
/// `most_pairs` pairs as many are drawn by the seed. Throws as require_same_columns, and internal
/// for no rows.
double pair_trend(const MeasuredRows& reference, const MeasuredRows& rows, std::uint64_t seed = 0);

}  // namespace vgan
