#include "engine/quality/real_side.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/metrics/resampled.hpp"
#include "engine/quality/outcome_column.hpp"
#include "engine/quality/table_rows.hpp"

namespace vgan {
namespace {

constexpr std::int64_t most_judged_trials = 5 * RealSide::most_trials;
constexpr std::int64_t few_held_out = 100;
constexpr std::int64_t most_labelled = 5000;  // rows whose labels others are found by
constexpr std::size_t most_labels = 1000;
constexpr double seen_share = 0.05;             // of held-out trials, above what chance repeats
constexpr std::uint64_t drawn_for_floors = 16;  // of drawn_rows

template <class Set>
std::shared_ptr<const Set> borrowed(const Set& set) {
  return {std::shared_ptr<const void>(), &set};
}

// The trials named, without labels.
Trials taken(const Trials& trials, std::span<const std::int64_t> which) {
  Trials made = trials.outline();
  made.count = std::ssize(which);
  const std::int64_t size = trials.values_per_trial();
  std::visit(
      [&](const auto& from) {
        std::decay_t<decltype(from)> to;
        to.reserve(which.size() * static_cast<std::size_t>(size));
        for (const std::int64_t n : which) {
          to.insert(to.end(), from.begin() + n * size, from.begin() + (n + 1) * size);
        }
        made.values = std::move(to);
      },
      trials.values);
  return made;
}

Features taken(const Features& features, std::span<const std::int64_t> which) {
  Features made{std::ssize(which), features.columns, {}};
  for (const std::int64_t n : which) {
    made.values.insert(made.values.end(), features.row(n), features.row(n) + features.columns);
  }
  return made;
}

// Up to `most` of the trials, evenly spread.
Trials spread(const Trials& trials, std::int64_t most) {
  if (trials.count <= most) return trials;
  std::vector<std::int64_t> which;
  for (std::int64_t n = 0; n < most; ++n) which.push_back(n * trials.count / most);
  return taken(trials, which);
}

TableRows table_rows(const Trials& training, const Trials& held_out, std::uint64_t seed) {
  enum Purpose : std::uint64_t { of_training = 13, of_held_out = 14 };
  TableRows made;
  const auto thinned = [&](MeasuredRows rows, std::uint64_t purpose) {
    if (rows.rows <= most_measured_rows) return rows;
    return rows.take(drawn_rows(rows.rows, most_measured_rows, seed, purpose));
  };
  MeasuredRows all = rows_of_trials(training);
  made.trained_on.add(all);
  made.training = thinned(std::move(all), of_training);
  made.held_out = thinned(rows_of_trials(held_out), of_held_out);
  return made;
}

void require_no_features(const EvaluatorOptions& options) {
  const bool asked =
      options.features.kind != FeatureKind::automatic || !options.features.onnx.empty();
  if (!asked) return;
  refuse_setting("features",
                 options.features.onnx.empty() ? to_text(options.features.kind)
                                               : "'" + options.features.onnx + "'",
                 "auto: rows are measured in their own columns");
}

}  // namespace

RealSide::RealSide(const Trials& training, const Trials& held_out, const EvaluatorOptions& options)
    : seed_(options.seed),
      device_(std::make_unique<MeasureDevice>(options.features.device,
                                              static_cast<int>(options.features.threads))) {
  if (training.shape.kind == TrialKind::row) {
    EvaluatorOptions own = options;
    if (training.schema) own.outcome = outcome_column(*training.schema, options.outcome);
    learn_rows(table_rows(training, held_out, seed_), own);
  } else {
    space_ = make_feature_space(training, held_out, options.features);
    notes_ = space_->notes();
    training_ = spread(training, most_trials);
    features_.emplace(space_->features(TrialRows(training_)),
                      space_->features(TrialRows(held_out, most_judged_trials)), false, seed_);
    known_.emplace(TrialRows(training));
    held_out_copies_ = known_->share_of_copies(TrialRows(held_out));
    held_out_count_ = held_out.count;
    look_for_seen(known_->share_of_twins());
    resampled_ = resampled_columns(training, training_.count, seed_);
    if (training.shape.is_curve()) curves_.emplace(spread(held_out, most_judged_trials), seed_);
  }
  learn_labels(training, held_out, seed_);
  if (held_out.count < few_held_out) {
    notes_.push_back("Only " + counted(held_out.count, "real trial") +
                     " were held out: figures are rough.");
  }
}

RealSide::RealSide(TableRows rows, const EvaluatorOptions& options)
    : seed_(options.seed),
      device_(std::make_unique<MeasureDevice>(options.features.device,
                                              static_cast<int>(options.features.threads))) {
  learn_rows(std::move(rows), options);
}

void RealSide::learn_rows(TableRows rows, const EvaluatorOptions& options) {
  require_no_features(options);
  table_.emplace(std::move(rows), options.outcome, seed_);
  row_space_ = std::make_unique<RowSpace>(table_->training());
  features_.emplace(row_space_->features(table_->training()),
                    row_space_->features(table_->held_out()), true, seed_);
  held_out_copies_ = table_->share_of_copies(table_->held_out());
  held_out_count_ = table_->held_out().rows;
  look_for_seen(table_->share_of_twins());
  resampled_rows_ = resampled_columns(table_->training(), table_->training().rows, seed_);
  if (const std::string text = table_->outcome_text(); !text.empty()) notes_.push_back(text);
}

// Trials of few values repeat each other by chance, among the training trials as well.
void RealSide::look_for_seen(double twins) {
  if (held_out_copies_ <= twins + seen_share) return;
  seen_held_out_ = "Of 100 held-out trials " + fixed_text(100.0 * held_out_copies_, 0) +
                   " are training trials, number for number: whether samples copy these cannot be "
                   "told, and the other figures are too kind. Name trials that the model has not "
                   "seen.";
}

// Labels are found by the space, of rows by the nearest training row; of images and curves without
// labels, clusters stand for classes.
void RealSide::learn_labels(const Trials& training, const Trials& held_out, std::uint64_t seed) {
  const std::set<std::int32_t> different(training.labels.begin(), training.labels.end());
  const bool labelled = different.size() >= 2 && different.size() <= most_labels;
  std::optional<std::vector<std::int32_t>> found;
  if (space_) {
    if (labelled) found = space_->labels_of(TrialRows(held_out, most_judged_trials));
    if (!found) {
      modes_.emplace(features_->training(), FeatureModes::usual_clusters, seed);
      classes_.emplace(modes_->of(features_->held_out()), training.class_names, false, seed);
      return;
    }
    if (const auto right = space_->labels_right()) {
      notes_.push_back("Classes are found by the features' own space, which is right for " +
                       fixed_text(100.0 * *right, 1) + " % of held-out trials.");
    }
  } else if (labelled && training.count <= most_measured_rows) {
    labelled_ = features_->training().spread(most_labelled);
    const TrialRows rows(training, labelled_.rows);
    for (std::int64_t i = 0; i < rows.count(); ++i) {
      labels_.push_back(training.labels[static_cast<std::size_t>(rows.trial(i))]);
    }
    found = labels_of(features_->held_out(), nullptr);
  }
  if (found) classes_.emplace(std::move(*found), training.class_names, true, seed);
}

std::vector<std::int32_t> RealSide::labels_of(const Features& features,
                                              const Trials* trials) const {
  if (modes_) return modes_->of(features);
  if (trials != nullptr && classes_) {
    return space_->labels_of(TrialRows(*trials, most_judged_trials)).value();
  }
  std::vector<std::int32_t> made;
  if (labels_.empty()) return made;
  const NearestRows found = Neighbours(*device_, labelled_).nearest(features);
  for (std::int64_t row = 0; row < found.rows; ++row) {
    made.push_back(labels_[static_cast<std::size_t>(found.point(row))]);
  }
  return made;
}

JudgedSet RealSide::set_of(const Trials& trials) const {
  Features features = space_->features(TrialRows(trials, most_judged_trials));
  std::vector<std::int32_t> labels = labels_of(features, &trials);
  return {borrowed(trials), nullptr, std::move(features), std::move(labels)};
}

JudgedSet RealSide::set_of(const MeasuredRows& rows) const {
  Features features = row_space_->features(rows);
  std::vector<std::int32_t> labels = labels_of(features, nullptr);
  return {nullptr, borrowed(rows), std::move(features), std::move(labels)};
}

JudgedSet RealSide::training_set(std::int64_t count) const {
  return some_of(table_ ? set_of(table_->training()) : set_of(training_), count);
}

JudgedSet RealSide::resampled_set(std::int64_t count) const {
  return some_of(table_ ? set_of(resampled_rows_) : set_of(resampled_), count);
}

// Features may be there for fewer images and curves than there are; those are drawn from that have
// some.
JudgedSet RealSide::some_of(JudgedSet set, std::int64_t count) const {
  if (set.count() <= count) return set;
  const std::int64_t all = set.count(), known = set.features.rows;
  const std::vector<std::int64_t> which = drawn_rows(known, count, seed_, drawn_for_floors);
  JudgedSet made{nullptr, nullptr, taken(set.features, which), {}};
  if (!set.labels.empty()) {
    for (const std::int64_t n : which) {
      made.labels.push_back(set.labels[static_cast<std::size_t>(n)]);
    }
  }
  if (set.rows) {
    made.rows = std::make_shared<const MeasuredRows>(set.rows->take(which));
  } else {
    std::vector<std::int64_t> trials;
    for (const std::int64_t n : which) trials.push_back(n * all / known);
    made.trials = std::make_shared<const Trials>(taken(*set.trials, trials));
  }
  return made;
}

Figures RealSide::device_figures(const JudgedSet& set, MeasureDepth depth) const {
  return features_->device_figures(*device_, set.features, depth);
}

std::vector<std::function<Figures()>> RealSide::pieces(const JudgedSet& set,
                                                       MeasureDepth depth) const {
  std::vector<std::function<Figures()>> made;
  if (table_) made = table_->pieces(*set.rows, depth);
  for (auto& piece : features_->pieces(set.features, depth)) made.push_back(std::move(piece));
  if (curves_) {
    made.emplace_back([this, &set, depth] { return curves_->figures(*set.trials, depth); });
  }
  if (classes_) {
    made.emplace_back([this, &set, depth] { return classes_->figures(set.labels, depth); });
  }
  return made;
}

const Closeness& RealSide::held_out_closeness(MeasureDepth depth) const {
  const auto known_before = held_out_closeness_.find(depth);
  if (known_before != held_out_closeness_.end()) return known_before->second;
  const ClosenessLimits limits = ClosenessLimits::of(depth);
  const Features known = features_->training().spread(limits.known);
  Closeness found =
      closeness(Neighbours(*device_, known), features_->held_out().spread(limits.asked));
  return held_out_closeness_.emplace(depth, std::move(found)).first->second;
}

Figures RealSide::privacy(const JudgedSet& set, MeasureDepth depth) const {
  const ClosenessLimits limits = ClosenessLimits::of(depth);
  const bool full = depth == MeasureDepth::full;
  const auto seed = full ? std::optional(seed_) : std::nullopt;
  const Features known = features_->training().spread(limits.known);
  const Features asked = set.features.spread(limits.asked);
  const Features others = features_->held_out().spread(limits.known);
  const Closeness near_known = closeness(Neighbours(*device_, known), asked);
  Figures made = joined_figures(
      closeness_figures(near_known, held_out_closeness(depth), seed),
      closest_share_figure(near_known, closeness(Neighbours(*device_, others), asked), known.rows,
                           others.rows, seed));
  const double copies =
      table_ ? table_->share_of_copies(*set.rows) : known_->share_of_copies(TrialRows(*set.trials));
  const std::int64_t count = table_ ? set.rows->rows : set.trials->count;
  made.push_back(copies_figure(copies, count, features_->training().rows, seed));
  if (!full) return made;
  const Features samples = set.features.spread(limits.known);
  const Neighbours near(*device_, samples);
  made.push_back(membership_figure(closeness(near, features_->training().spread(limits.asked)),
                                   closeness(near, features_->held_out().spread(limits.asked)),
                                   samples.rows, seed_));
  return made;
}

Figures RealSide::held_out_privacy(MeasureDepth depth) const {
  const Closeness& own = held_out_closeness(depth);
  const auto seed = depth == MeasureDepth::full ? std::optional(seed_) : std::nullopt;
  Figures made = closeness_figures(own, own, seed);
  made.push_back(
      copies_figure(held_out_copies_, held_out_count_, features_->training().rows, seed));
  return made;
}

}  // namespace vgan
