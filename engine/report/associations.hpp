// How the columns of a table go together, two by two.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// The strength of the association of two columns, over the rows in which both have a value:
/// Pearson's correlation of numbers, -1 to 1; of a number and words the correlation ratio eta (the
/// root of the share of the number's variance that lies between words), 0 to 1; of words Cramer's V
/// (H. Cramer, 1946), 0 to 1. NaN where one of them does not vary.
double association(const MeasuredColumn& one, const MeasuredColumn& two);

/// [columns, columns] of some columns: `of` are their numbers.
std::vector<double> associations(const MeasuredRows& rows, const std::vector<std::size_t>& of);

/// A pair of columns, and how alike its joint distribution is in both tables: 1 - the total
/// variation between the tables of shares that pair_trend compares, 0 to 1.
struct PairLikeness {
  std::size_t one = 0, two = 0;
  double likeness = 1.0;
};
/// The pairs of the columns `of` that are least alike, the worst first, `most` of them.
std::vector<PairLikeness> worst_pairs(const MeasuredRows& real, const MeasuredRows& samples,
                                      const std::vector<std::size_t>& of, std::size_t most);

}  // namespace vgan
