// Principal components as a feature space: without a network.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/features/feature_space.hpp"

namespace vgan {

/// Features are PrincipalComponents of the training trials in TrialUnits. A trial's label is that
/// of its nearest of up to `most_neighbours` training trials, where these have 2 to `most_labels`
/// labels.
class ComponentSpace final : public FeatureSpace {
 public:
  static constexpr std::int64_t most_neighbours = 5000;

  /// Throws as PrincipalComponents. `reason`: why there is no network; may be empty.
  ComponentSpace(const Trials& training, const Trials& held_out, std::string reason);

  std::int64_t size() const override { return components_.size(); }
  std::string name() const override { return to_text(FeatureKind::components); }
  std::string text() const override;
  Features features(const TrialRows& trials) const override;
  std::optional<std::vector<std::int32_t>> labels_of(const TrialRows& trials) const override;
  std::optional<double> labels_right() const override { return right_; }
  const std::vector<std::string>& notes() const override { return notes_; }
  void add_note(std::string note) { notes_.push_back(std::move(note)); }

 private:
  const TrialUnits* units() const { return units_ ? &*units_ : nullptr; }

  std::optional<TrialUnits> units_;
  PrincipalComponents components_;
  std::string reason_;
  Features neighbours_;               ///< of training trials
  std::vector<std::int32_t> labels_;  ///< theirs
  std::optional<double> right_;
  std::vector<std::string> notes_;
};

}  // namespace vgan
