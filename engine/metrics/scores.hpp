// How well predictions meet what they predict.
#pragma once

#include <cstdint>
#include <span>

namespace vgan {

/// The area under the receiver operating characteristic: the share of pairs of a positive and a
/// negative row whose scores stand in that order, equal scores counting half (Mann and Whitney
/// 1947). 0.5 where either side has no row. Throws internal where lengths differ.
double auc(std::span<const std::uint8_t> positive, std::span<const double> scores);

/// The coefficient of determination, 1 - sum (y - f)^2 / sum (y - mean y)^2: 1 at best, below 0
/// where the mean would predict better. 0 where all y are the same. Throws internal where lengths
/// differ.
double r_squared(std::span<const double> values, std::span<const double> predictions);

/// The share of rows whose class is predicted. Throws internal where lengths differ, and for none.
double accuracy(std::span<const std::int32_t> classes, std::span<const std::int32_t> predictions);

}  // namespace vgan
