// What shares of a column's cells say of its number.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/encode/cell_column.hpp"

namespace vgan {

/// The distribution of a number over the cells of `column`, of which each has its share: that of
/// the numbers which CellColumn::put makes of cells drawn by their shares. A missing number's share
/// is left out, the others are taken in proportion; where they are all 0, they are the data's.
class CellDistribution {
 public:
  /// `column`, of numbers, flags or places of words, and `shares`, one for each of its cells and
  /// not below 0, outlive it.
  CellDistribution(const CellColumn& column, std::span<const float> shares);

  /// The share that is missing, 0 to 1.
  double missing() const { return missing_; }
  /// The share of a cell, without the missing.
  double share(std::size_t cell) const;
  /// The sum over cells of their share times the mean of their members.
  double mean() const;
  double deviation() const;
  /// What errors about the mean are measured in: the geometric mean of the deviation (and a
  /// millionth of `of_all`, which keeps it above 0) and of `of_all`, the deviation of the data's
  /// own distribution (data_deviation). The deviation alone would lean too much on what a network
  /// says of its own errors. Of values that come again, which are missed by one or by none,
  /// `of_all`.
  double scale(double of_all) const;
  /// The least number at and below which the share `level`, 0 to 1, lies: in a quantile cell
  /// between two of its members, or one of them where numbers come again; of a grid or a flag one
  /// of its values.
  double quantile(double level) const;
  /// The quantiles of several levels, which are in order, the least first.
  std::vector<double> quantiles(std::span<const double> levels) const;
  /// The share at and below `number`.
  double share_below(double number) const;

 private:
  const CellColumn* column_;
  std::span<const float> shares_;
  double known_ = 0.0;
  double missing_ = 0.0;
};

/// The deviation of a column's numbers in the data.
double data_deviation(const CellColumn& column);

}  // namespace vgan
