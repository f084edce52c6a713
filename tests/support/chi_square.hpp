// Whether counts come from shares, or two lists of counts from one distribution.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace vgan::testing {

/// Pearson's statistic of counts beside `shares`, which sum to 1 and are above 0: chi-square with
/// counts.size() - 1 degrees of freedom where the counts are drawn by these shares.
inline double chi_square_of(const std::vector<double>& counts, const std::vector<double>& shares) {
  double all = 0.0, sum = 0.0;
  for (const double count : counts) all += count;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double want = all * shares[i];
    sum += (counts[i] - want) * (counts[i] - want) / want;
  }
  return sum;
}

/// The statistic of two lists of counts, chi-square with one degree of freedom less than there are
/// kinds with a count in either, where both are drawn by the same shares (Numerical Recipes, 3rd
/// ed., eq. 14.3.3).
inline double chi_square_between(const std::vector<double>& a, const std::vector<double>& b) {
  double of_a = 0.0, of_b = 0.0, sum = 0.0;
  for (const double count : a) of_a += count;
  for (const double count : b) of_b += count;
  const double more = std::sqrt(of_b / of_a), less = std::sqrt(of_a / of_b);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] + b[i] == 0.0) continue;
    const double apart = more * a[i] - less * b[i];
    sum += apart * apart / (a[i] + b[i]);
  }
  return sum;
}

/// What one chi-square in 1,000 is above, by Wilson and Hilferty's cube, which is a little greater
/// than tables have it: 11.2 of 1 degree of freedom (10.8), 24.5 of 7 (24.3), 82.8 of 47 (82.7).
inline double chi_square_limit(std::size_t degrees) {
  const double part = 2.0 / (9.0 * static_cast<double>(degrees));
  const double root = 1.0 - part + 3.0902 * std::sqrt(part);
  return static_cast<double>(degrees) * root * root * root;
}

}  // namespace vgan::testing
