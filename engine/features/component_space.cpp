#include "engine/features/component_space.hpp"

#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/features/label_counts.hpp"
#include "engine/metrics/neighbours.hpp"

namespace vgan {

ComponentSpace::ComponentSpace(const Trials& training, const Trials& held_out, std::string reason)
    : units_(TrialUnits::of(training)), components_(training, units()), reason_(std::move(reason)) {
  const LabelCounts labels(training);
  if (!labels.can_be_told() || held_out.labels.empty()) return;
  const TrialRows rows(training, most_neighbours);
  neighbours_ = features(rows);
  for (std::int64_t i = 0; i < rows.count(); ++i) {
    labels_.push_back(training.labels[static_cast<std::size_t>(rows.trial(i))]);
  }
  right_ = share_of_right(*labels_of(TrialRows(held_out)), held_out, TrialRows(held_out));
}

std::string ComponentSpace::text() const {
  const std::string text = counted(size(), "principal component") + ", which " +
                           (size() == 1 ? "has " : "have ") +
                           fixed_text(100.0 * components_.explained(), 1) + " % of the variance";
  return reason_.empty() ? text : text + "; " + reason_;
}

Features ComponentSpace::features(const TrialRows& trials) const {
  return components_.project(trials.in(units()));
}

std::optional<std::vector<std::int32_t>> ComponentSpace::labels_of(const TrialRows& trials) const {
  if (labels_.empty()) return std::nullopt;
  std::vector<std::int32_t> found;
  for (const std::int64_t row : nearest(neighbours_, features(trials))) {
    found.push_back(labels_[static_cast<std::size_t>(row)]);
  }
  return found;
}

}  // namespace vgan
