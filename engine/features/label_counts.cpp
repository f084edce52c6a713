#include "engine/features/label_counts.hpp"

#include <algorithm>

namespace vgan {
namespace {

bool fewer(const std::pair<const std::int32_t, std::int64_t>& a,
           const std::pair<const std::int32_t, std::int64_t>& b) {
  return a.second < b.second;
}

}  // namespace

std::int64_t LabelCounts::fewest() const {
  return std::min_element(counts_.begin(), counts_.end(), fewer)->second;
}

std::int64_t LabelCounts::most() const {
  return std::max_element(counts_.begin(), counts_.end(), fewer)->second;
}

std::vector<std::int32_t> LabelCounts::each() const {
  std::vector<std::int32_t> labels;
  for (const auto& [label, count] : counts_) labels.push_back(label);
  return labels;
}

double share_of_right(const std::vector<std::int32_t>& found, const Trials& trials,
                      const TrialRows& rows) {
  std::int64_t right = 0;
  for (std::int64_t n = 0; n < rows.count(); ++n) {
    const auto trial = static_cast<std::size_t>(rows.trial(n));
    right += found[static_cast<std::size_t>(n)] == trials.labels[trial] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(rows.count());
}

}  // namespace vgan
