// Which trials are copies of others, number for number.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "engine/stats/trial_rows.hpp"

namespace vgan {

/// Trials that were seen, by 64 bits of each: of 10^6 trials one in 10^13 others is taken for a
/// copy.
class KnownTrials {
 public:
  explicit KnownTrials(const TrialRows& trials);
  /// The share of trials that are one that was seen. Throws internal for none, and for trials of
  /// another size.
  double share_of_copies(const TrialRows& trials) const;
  /// The share of the trials that were seen that came more than once.
  double share_of_twins() const;

 private:
  std::int64_t size_;
  std::unordered_set<std::uint64_t> seen_;
  std::int64_t count_ = 0, twins_ = 0;
};

}  // namespace vgan
