#include "engine/quality/evaluator.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/check.hpp"
#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/metrics/measure_list.hpp"
#include "engine/quality/parallel.hpp"
#include "engine/quality/real_side.hpp"
#include "engine/quality/table_rows.hpp"

namespace vgan {
namespace {

void require_enough(const std::string& source, std::int64_t count) {
  if (count >= fewest_measured) return;
  throw Error(ErrorCode::bad_data, {"cannot measure quality", source, counted(count, "trial"),
                                    std::to_string(fewest_measured) + " or more", ""});
}

const Trials& enough(const Trials& trials) {
  trials.require_consistent();
  require_enough(trials.source, trials.count);
  return trials;
}

// "images of 28 x 28", "rows of 25 numbers".
std::string kind_text(const TrialShape& shape) {
  return std::string(info_of(shape.kind).plural) + " of " + extents_text(shape) +
         (shape.kind == TrialKind::row ? " numbers" : "");
}

void require_like(const Trials& samples, const Trials& outline) {
  const auto refuse = [&](const std::string& found, const std::string& wanted) {
    throw Error(ErrorCode::bad_data, {"cannot measure samples", samples.source, found,
                                      wanted + ", as the real trials have",
                                      "name samples of trials such as the real ones"});
  };
  if (samples.shape.kind != outline.shape.kind || !samples.shape.same_sides(outline.shape)) {
    refuse(kind_text(samples.shape), kind_text(outline.shape));
  }
  if (samples.is_u8() != outline.is_u8()) {
    const auto type = [](const Trials& trials) {
      return "numbers of type " + std::string(info_of(trials.value_type()).name);
    };
    refuse(type(samples), type(outline));
  }
  const bool same = samples.schema.has_value() == outline.schema.has_value() &&
                    (!samples.schema || same_encoding(*samples.schema, *outline.schema));
  if (!same) refuse("other columns or words", "those of the real rows");
}

std::optional<Estimate> estimate_in(const Figures& figures, const std::string& name) {
  const Figure* found = find_figure(figures, name);
  return found == nullptr ? std::nullopt : std::optional(found->estimate);
}

// The figures that `counted` has, in the order in which people read them, without samples.
std::vector<Measure> between_floors(const Figures& counted, const Figures& real,
                                    const Figures& resampled, const std::string& space) {
  std::vector<Measure> made;
  for (const MeasureInfo& info : measure_list()) {
    const Figure* const figure = find_figure(counted, info.name);
    if (figure == nullptr) continue;
    Measure measure = listed_measure(info.name);
    if (figure->in_space) measure.space = space;
    measure.real = estimate_in(real, info.name);
    measure.resampled = estimate_in(resampled, info.name);
    measure.sample_count = figure->count;
    measure.real_count = figure->real_count;
    made.push_back(std::move(measure));
  }
  return made;
}

/// Figures of several sets, whose pieces are done side by side.
class Judging {
 public:
  Judging(const RealSide& real, MeasureDepth depth) : real_(real), depth_(depth) {}

  /// `set` must outlive it.
  void add(const JudgedSet& set) {
    sets_.push_back(&set);
    made_.push_back(real_.device_figures(set, depth_));
  }
  /// The figures of each, in the order of adding.
  std::vector<Figures> done(std::int64_t threads, const StopRequest& stop) {
    std::vector<std::function<Figures()>> pieces;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      for (auto& piece : real_.pieces(*sets_[i], depth_)) {
        pieces.push_back(std::move(piece));
        whose.push_back(i);
      }
    }
    std::vector<Figures> found(pieces.size());
    std::vector<std::function<void()>> work;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      work.emplace_back([&, i] { found[i] = pieces[i](); });
    }
    do_in_parallel(work, threads, stop);
    for (std::size_t i = 0; i < found.size(); ++i) {
      made_[whose[i]] = joined_figures(std::move(made_[whose[i]]), std::move(found[i]));
    }
    return std::move(made_);
  }

 private:
  const RealSide& real_;
  MeasureDepth depth_;
  std::vector<const JudgedSet*> sets_;
  std::vector<Figures> made_;
};

}  // namespace

struct Evaluator::Implementation {
  struct Floors {
    Figures real, resampled;
  };

  /// Measures floors of `count` trials each, if that was not done, and `set`, of as many, where
  /// there is one, side by side.
  Figures measure(const JudgedSet* set, std::int64_t count, MeasureDepth depth) {
    const StopRequest& stop = options.features.stop_requested;
    Judging judging(real, depth);
    const auto add = [&](const JudgedSet& one) {
      refuse_if_stopped(stop);
      judging.add(one);
    };
    if (set != nullptr) add(*set);
    std::optional<JudgedSet> training, resampled;
    const std::pair key{depth, count};
    if (!floors.contains(key)) {
      add(training.emplace(real.training_set(count)));
      add(resampled.emplace(real.resampled_set(count)));
    }
    std::vector<Figures> figures = judging.done(options.features.threads, stop);
    if (resampled) {
      Figures drawn = std::move(figures.back());
      figures.pop_back();
      Figures learnt = std::move(figures.back());
      figures.pop_back();
      floors[key] = {with_copying(std::move(learnt), nullptr, depth),
                     with_copying(std::move(drawn), &*resampled, depth)};
    }
    return set == nullptr ? Figures{} : std::move(figures.front());
  }

  const std::string& without_copying() const {
    return options.without_copying.empty() ? real.seen_held_out() : options.without_copying;
  }

  /// Adds how near the set, or without one held-out trials, come to training trials.
  Figures with_copying(Figures own, const JudgedSet* set, MeasureDepth depth) const {
    if (!without_copying().empty()) return own;
    refuse_if_stopped(options.features.stop_requested);
    return joined_figures(
        std::move(own), set == nullptr ? real.held_out_privacy(depth) : real.privacy(*set, depth));
  }

  /// Many figures rise or fall with the number of trials, so that samples and floors are as many.
  /// How near samples come to training trials is a matter of each one alone: all are looked at.
  Assessment assess(const JudgedSet& set, MeasureDepth depth) {
    const std::int64_t all = set.count(), count = std::min(all, real.floor_count());
    const JudgedSet some = real.some_of(set, count);
    const Figures own = with_copying(measure(&some, count, depth), &set, depth);
    const Floors& beside = floors.at({depth, count});
    Assessment made;
    made.measures = between_floors(own, beside.real, beside.resampled, real.space_name());
    for (Measure& one : made.measures) one.samples = estimate_in(own, one.name);
    if (real.table() != nullptr) made.columns = real.table()->columns(*some.rows);
    if (real.classes() != nullptr) made.classes = real.classes()->shares(some.labels);
    made.notes = real.notes();
    if (count < all) {
      made.notes.push_back("Of " + grouped(all) + " samples " + grouped(count) +
                           " are measured, as many as there are training trials for the floors; "
                           "only copying is sought among all.");
    }
    if (!without_copying().empty()) {
      made.notes.push_back(without_copying());
    } else {
      std::vector<std::string> left_out = real.privacy_notes(depth);
      std::move(left_out.begin(), left_out.end(), std::back_inserter(made.notes));
    }
    return made;
  }

  EvaluatorOptions options;
  std::optional<Trials> outline;  ///< where the real trials are no tables
  RealSide real;
  std::map<std::pair<MeasureDepth, std::int64_t>, Floors> floors;  ///< and trials of each
};

Evaluator::Evaluator(const Trials& training, const Trials& held_out,
                     const EvaluatorOptions& options) {
  const CallersDevice callers(options.features.device);
  require_like(enough(held_out), enough(training));
  implementation_.reset(
      new Implementation{options, training.outline(), RealSide(training, held_out, options), {}});
}

Evaluator::Evaluator(TableRows rows, const EvaluatorOptions& options) {
  const CallersDevice callers(options.features.device);
  require_enough("training rows", rows.training.rows);
  require_enough("held-out rows", rows.held_out.rows);
  implementation_.reset(
      new Implementation{options, std::nullopt, RealSide(std::move(rows), options), {}});
}

Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;

Assessment Evaluator::assess(const Trials& samples, MeasureDepth depth) const {
  Implementation& own = *implementation_;
  require(own.outline.has_value(), "an evaluator", "trials", "rows, as the real ones are");
  require_like(enough(samples), *own.outline);
  if (own.real.table() != nullptr) return assess(rows_of_trials(samples), depth);
  const CallersDevice callers(own.options.features.device);
  return own.assess(own.real.set_of(samples), depth);
}

Assessment Evaluator::assess(const MeasuredRows& samples, MeasureDepth depth) const {
  Implementation& own = *implementation_;
  require(own.real.table() != nullptr, "an evaluator", "rows", "trials, as the real ones are");
  require_enough("samples", samples.rows);
  const CallersDevice callers(own.options.features.device);
  if (samples.rows <= most_measured_rows) return own.assess(own.real.set_of(samples), depth);
  constexpr std::uint64_t of_samples = 15;  // of drawn_rows
  const MeasuredRows some =
      samples.take(drawn_rows(samples.rows, most_measured_rows, own.options.seed, of_samples));
  return own.assess(own.real.set_of(some), depth);
}

std::vector<Measure> Evaluator::floors(MeasureDepth depth, std::int64_t samples) const {
  Implementation& own = *implementation_;
  const CallersDevice callers(own.options.features.device);
  const std::int64_t most = own.real.floor_count();
  const std::int64_t count = samples > 0 ? std::min(samples, most) : most;
  (void)own.measure(nullptr, count, depth);
  const Implementation::Floors& found = own.floors.at({depth, count});
  return between_floors(found.resampled, found.real, found.resampled, own.real.space_name());
}

std::string Evaluator::space() const { return implementation_->real.space_text(); }

}  // namespace vgan
