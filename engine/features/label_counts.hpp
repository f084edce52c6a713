// How many trials there are of each label.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/stats/trial_rows.hpp"

namespace vgan {

class LabelCounts {
 public:
  static constexpr std::size_t most_labels = 1000;

  explicit LabelCounts(const Trials& trials) {
    for (const std::int32_t label : trials.labels) ++counts_[label];
  }

  std::size_t labels() const { return counts_.size(); }
  /// Whether there are 2 to `most_labels` of them: more are numbers, rather than classes.
  bool can_be_told() const { return labels() >= 2 && labels() <= most_labels; }
  /// The fewest and the most trials of a label; of at least one.
  std::int64_t fewest() const;
  std::int64_t most() const;
  /// Each once, in ascending order.
  std::vector<std::int32_t> each() const;

 private:
  std::map<std::int32_t, std::int64_t> counts_;
};

/// The share of `rows`, trials of `trials`, whose label is the one found.
double share_of_right(const std::vector<std::int32_t>& found, const Trials& trials,
                      const TrialRows& rows);

}  // namespace vgan
