// What is known of real trials, in all the forms that measures take.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/metrics/class_measures.hpp"
#include "engine/metrics/measure_device.hpp"
#include "engine/quality/class_judge.hpp"
#include "engine/quality/closeness.hpp"
#include "engine/quality/curve_judge.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/feature_judge.hpp"
#include "engine/quality/figures.hpp"
#include "engine/quality/known_trials.hpp"
#include "engine/quality/row_space.hpp"
#include "engine/quality/table_judge.hpp"

namespace vgan {

/// A set of trials that is judged; what it points to must outlive it.
struct JudgedSet {
  const Trials* trials = nullptr;      ///< of images and curves
  const MeasuredRows* rows = nullptr;  ///< of rows
  Features features;
  std::vector<std::int32_t> labels;  ///< that were found; empty: none are known
};

/// How many trials the search for closest ones looks at.
struct ClosenessLimits {
  std::int64_t asked, known;

  static ClosenessLimits of(MeasureDepth depth) {
    return depth == MeasureDepth::quick ? ClosenessLimits{1000, 5000}
                                        : ClosenessLimits{5000, most_measured_rows};
  }
};

/// Training and held-out trials, and trials whose numbers were drawn each for itself.
class RealSide {
 public:
  /// Up to this many training trials of images and curves are looked at, evenly spread, and of sets
  /// so many times five.
  static constexpr std::int64_t most_trials = 10000;

  RealSide(const Trials& training, const Trials& held_out, const EvaluatorOptions& options);
  RealSide(TableRows rows, const EvaluatorOptions& options);

  JudgedSet set_of(const Trials& trials) const;
  JudgedSet set_of(const MeasuredRows& rows) const;
  /// The sets whose figures are floors; held-out trials themselves are one of closeness.
  JudgedSet training_set() const;
  JudgedSet resampled_set() const;

  /// How a set stands to held-out trials: what a device finds, and the rest in pieces.
  Figures device_figures(const JudgedSet& set, MeasureDepth depth) const;
  std::vector<std::function<Figures()>> pieces(const JudgedSet& set, MeasureDepth depth) const;
  /// How near a set comes to training trials; and how near held-out trials do.
  Figures privacy(const JudgedSet& set, MeasureDepth depth) const;
  Figures held_out_privacy(MeasureDepth depth) const;

  const TableJudge* table() const { return table_ ? &*table_ : nullptr; }
  const ClassJudge* classes() const { return classes_ ? &*classes_ : nullptr; }
  std::string space_name() const { return space_ ? space_->name() : row_space_->name(); }
  std::string space_text() const { return space_ ? space_->text() : row_space_->text(); }
  /// What limits the figures, for people.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void learn_rows(TableRows rows, const EvaluatorOptions& options);
  void learn_labels(const Trials& training, const Trials& held_out, std::uint64_t seed);
  std::vector<std::int32_t> labels_of(const Features& features, const Trials* trials) const;
  const Closeness& held_out_closeness(MeasureDepth depth) const;

  std::uint64_t seed_;
  std::unique_ptr<MeasureDevice> device_;
  std::unique_ptr<FeatureSpace> space_;  ///< of images and curves
  std::unique_ptr<RowSpace> row_space_;  ///< of rows
  std::optional<TableJudge> table_;      ///< likewise
  std::optional<FeatureJudge> features_;
  std::optional<CurveJudge> curves_;
  std::optional<KnownTrials> known_;  ///< of images and curves
  std::optional<ClassJudge> classes_;
  std::optional<FeatureModes> modes_;  ///< of trials without labels
  Features labelled_;                  ///< of rows with labels
  std::vector<std::int32_t> labels_;   ///< theirs
  Trials training_, resampled_;        ///< of images and curves, up to most_trials
  MeasuredRows resampled_rows_;
  double held_out_copies_ = 0.0;  ///< the share of held-out trials that are training trials
  std::int64_t held_out_count_ = 0;
  mutable std::map<MeasureDepth, Closeness> held_out_closeness_;
  std::vector<std::string> notes_;
};

}  // namespace vgan
