// How alike the distributions of single columns are.
#pragma once

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// 1 - the greatest difference of the two distribution functions (the Kolmogorov-Smirnov distance)
/// of columns of numbers, where a missing value lies below all others; 1 - the total variation,
/// half the sum of differences of shares, of columns of words, where a missing value is a word of
/// its own. 0 to 1. Time and memory of a sort. Throws internal for columns of different kinds or
/// without rows.
double column_shape(const MeasuredColumn& one, const MeasuredColumn& two);

/// The mean of all columns. Throws as column_shape and require_same_columns.
double column_shape(const MeasuredRows& one, const MeasuredRows& two);

}  // namespace vgan
