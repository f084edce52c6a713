#include "engine/metrics/utility.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "engine/metrics/boosted_trees.hpp"
#include "engine/metrics/scores.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t purpose = 2;  // of drawn_rows
constexpr std::int32_t no_class = -1;

std::int32_t class_of(const Outcome& outcome, double value) {
  const auto found = std::lower_bound(outcome.classes.begin(), outcome.classes.end(), value);
  if (found == outcome.classes.end() || *found != value) return no_class;
  return static_cast<std::int32_t>(found - outcome.classes.begin());
}

// Rows with an outcome, split into what predicts and what is predicted.
struct Learned {
  MeasuredRows inputs;
  std::vector<double> values;
  std::vector<std::int32_t> classes;  ///< where the outcome has some
};

Learned with_outcome(const Outcome& outcome, const MeasuredRows& rows, bool known_classes) {
  std::vector<std::int64_t> which;
  Learned made;
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const double value = rows.columns[outcome.column].values[static_cast<std::size_t>(row)];
    if (std::isnan(value)) continue;
    const bool has_classes = !outcome.classes.empty();
    const std::int32_t its = has_classes ? class_of(outcome, value) : no_class;
    if (known_classes && has_classes && its == no_class) continue;
    which.push_back(row);
    made.values.push_back(value);
    made.classes.push_back(its);
  }
  made.inputs = rows.without(outcome.column).take(which);
  return made;
}

}  // namespace

std::optional<Outcome> Outcome::of(const MeasuredRows& real, std::size_t column) {
  const MeasuredColumn& values = real.columns[column];
  std::set<double> distinct;
  for (const double value : values.values) {
    if (!std::isnan(value)) distinct.insert(value);
    if (distinct.size() > most_classes) break;
  }
  if (distinct.size() < 2) return std::nullopt;
  if (values.words && distinct.size() > most_classes) return std::nullopt;
  const bool whole = std::all_of(distinct.begin(), distinct.end(),
                                 [](double value) { return value == std::floor(value); });
  if (!values.words && (!whole || distinct.size() > most_number_classes)) {
    return Outcome{column, OutcomeScore::r2, {}};
  }
  return Outcome{column,
                 distinct.size() == 2 ? OutcomeScore::auc : OutcomeScore::accuracy,
                 {distinct.begin(), distinct.end()}};
}

std::optional<OutcomePredictions> outcome_predictions(const Outcome& outcome,
                                                      const MeasuredRows& rows,
                                                      const MeasuredRows& held_out,
                                                      std::uint64_t seed) {
  require_same_columns("utility", rows, held_out);
  const Learned learned =
      with_outcome(outcome, rows.take(drawn_rows(rows.rows, most_learned, seed, purpose)), true);
  Learned judged = with_outcome(outcome, held_out, false);
  if (learned.inputs.rows < 2 || judged.inputs.rows < 2) return std::nullopt;
  OutcomePredictions made{std::move(judged.values), std::move(judged.classes), {}, {}};
  if (outcome.score == OutcomeScore::r2) {
    made.scores = BoostedTrees(learned.inputs, learned.values).scores(judged.inputs);
    return made;
  }
  const BoostedTrees trees(learned.inputs, learned.classes,
                           static_cast<std::int32_t>(outcome.classes.size()));
  if (outcome.score == OutcomeScore::accuracy) {
    made.predicted = trees.classes(judged.inputs);
  } else {
    made.scores = trees.scores(judged.inputs);
  }
  return made;
}

std::optional<double> utility(const Outcome& outcome, const MeasuredRows& rows,
                              const MeasuredRows& held_out, std::uint64_t seed) {
  const auto found = outcome_predictions(outcome, rows, held_out, seed);
  if (!found) return std::nullopt;
  if (outcome.score == OutcomeScore::r2) return r_squared(found->values, found->scores);
  if (outcome.score == OutcomeScore::accuracy) return accuracy(found->classes, found->predicted);
  std::vector<std::uint8_t> positive;
  for (const std::int32_t its : found->classes) positive.push_back(its == 1 ? 1 : 0);
  return auc(positive, found->scores);
}

}  // namespace vgan
