// How far samples spread and move, in the units of held-out trials.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/data/trials.hpp"

namespace vgan {

/// The variance of each number of a trial among held-out trials; numbers that do not vary there,
/// and those that are missing somewhere, are left out.
class SampleScale {
 public:
  explicit SampleScale(const Trials& held_out);

  /// Mean over the numbers of the variance of `samples` ([count, trial], in the data's own units)
  /// over that of held-out trials, each at most 1; 1 where no number varies.
  double spread(const std::vector<double>& samples) const;
  /// Root of the mean square of the differences of two sets of equal size, in deviations of the
  /// held-out trials; 0 where no number varies.
  double distance(const std::vector<double>& a, const std::vector<double>& b) const;

 private:
  std::vector<double> variances(const std::vector<double>& values) const;

  std::size_t size_;              ///< numbers of a trial
  std::vector<double> variance_;  ///< of each; 0: left out
};

}  // namespace vgan
