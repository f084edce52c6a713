// How near samples are to trials that no model was trained on, in features that need no network.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/metrics/frechet.hpp"
#include "engine/metrics/neighbours.hpp"
#include "engine/metrics/quality_figures.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// Judges sets of trials against held-out ones: the Frechet distance of Gaussians fitted to
/// principal components (all of both sides), precision and recall (up to 2,000 of each side), and,
/// for training trials with labels of 2 to 1,000 classes, the class of each trial by its nearest
/// of up to 5,000 training trials. The components are those of the training trials. What lies
/// outside them is not seen: see PrincipalComponents::explained. Numbers that are no bytes are
/// measured in TrialUnits of the training trials.
class QualityJudge {
 public:
  static constexpr std::int64_t most_balls = 2000;
  static constexpr std::int64_t most_neighbours = 5000;
  static constexpr std::int64_t neighbours = 3;  ///< k of precision and recall
  /// Sets of fewer trials than this have no figures.
  static constexpr std::int64_t fewest = neighbours + 1;

  /// Throws bad_data for fewer than `fewest` trials on either side, and as PrincipalComponents.
  QualityJudge(const Trials& training, const Trials& held_out);

  /// Judges at least `fewest` trials of the same shape and type.
  Quality judge(const TrialRows& trials) const;
  const PrincipalComponents& components() const { return components_; }
  /// The share of the held-out trials whose nearest training trial has their label: how far the
  /// shares of classes can be trusted. Nothing where there are no labels.
  std::optional<double> classes_right() const { return classes_right_; }

 private:
  std::vector<std::int32_t> classes_of(const Features& features) const;
  const TrialUnits* units() const { return units_ ? &*units_ : nullptr; }

  std::optional<TrialUnits> units_;
  PrincipalComponents components_;
  Features held_out_;  ///< up to most_balls
  Gaussian held_out_gaussian_;
  Features neighbours_;  ///< of training trials
  std::vector<std::int32_t> neighbour_labels_;
  std::vector<std::int32_t> labels_;  ///< each once
  std::optional<double> classes_right_;
};

}  // namespace vgan
