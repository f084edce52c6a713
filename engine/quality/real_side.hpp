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

/// A set of trials that is judged.
struct JudgedSet {
  std::shared_ptr<const Trials> trials;      ///< of images and curves
  std::shared_ptr<const MeasuredRows> rows;  ///< of rows
  Features features;                         ///< of those, or of some of many images and curves
  std::vector<std::int32_t> labels;          ///< found, [features.rows]; empty: none are known

  std::int64_t count() const { return rows ? rows->rows : trials->count; }
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

  /// Both must outlive the set.
  JudgedSet set_of(const Trials& trials) const;
  JudgedSet set_of(const MeasuredRows& rows) const;
  /// The sets whose figures are floors, up to `count` of each; held-out trials themselves are one
  /// of closeness.
  JudgedSet training_set(std::int64_t count) const;
  JudgedSet resampled_set(std::int64_t count) const;
  /// How many trials a floor can have.
  std::int64_t floor_count() const { return table_ ? table_->training().rows : training_.count; }
  /// `count` of the set, 1 to all, drawn by the seed; the set itself where it has no more.
  JudgedSet some_of(JudgedSet set, std::int64_t count) const;

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
  /// Why it cannot be told whether samples copy training trials; empty: it can.
  const std::string& seen_held_out() const { return seen_held_out_; }
  /// Which figures of copying are left out and why.
  std::vector<std::string> privacy_notes(MeasureDepth depth) const {
    return closeness_notes(held_out_closeness(depth));
  }

 private:
  void learn_rows(TableRows rows, const EvaluatorOptions& options);
  void look_for_seen(double twins);
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
  std::string seen_held_out_;
};

}  // namespace vgan
