// What can be learned from rows about other rows.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/words.hpp"
#include "engine/metrics/measured_rows.hpp"

namespace vgan {

/// How predictions of an outcome are scored.
enum class OutcomeScore { r2, auc, accuracy };

template <>
struct WordTable<OutcomeScore> {
  static constexpr const char* setting = "outcome score";
  static constexpr std::array<Word<OutcomeScore>, 3> table = {{
      {OutcomeScore::r2, "R2", "the share of a number's variance that is predicted"},
      {OutcomeScore::auc, "AUC", "of two classes"},
      {OutcomeScore::accuracy, "accuracy", "the share of right classes, of three and more"},
  }};
};

/// The column that the others predict.
struct Outcome {
  std::size_t column = 0;  ///< of MeasuredRows
  OutcomeScore score = OutcomeScore::r2;
  std::vector<double> classes;  ///< their values, in ascending order; of a number, none

  /// Words are classes, and so are whole numbers of up to `most_number_classes` different ones in
  /// `real`; other numbers are numbers. Nothing where there are fewer than two values or more than
  /// `most_classes` words.
  static std::optional<Outcome> of(const MeasuredRows& real, std::size_t column);

  static constexpr std::size_t most_number_classes = 10;
  static constexpr std::size_t most_classes = 32;
};

/// What BoostedTrees learned from some rows predict of others.
struct OutcomePredictions {
  std::vector<double> values;         ///< [rows], of the outcome
  std::vector<std::int32_t> classes;  ///< [rows], -1 for one that the outcome has not
  std::vector<double> scores;  ///< [rows] where a number is predicted, or which of two classes
  std::vector<std::int32_t> predicted;  ///< [rows] where one of three and more classes is
};

/// The predictions that `utility` scores. Nothing where it is nothing.
std::optional<OutcomePredictions> outcome_predictions(const Outcome& outcome,
                                                      const MeasuredRows& rows,
                                                      const MeasuredRows& held_out,
                                                      std::uint64_t seed);

/// How well BoostedTrees learned from `rows` predict the outcome of `held_out`: R2, the AUC of the
/// second class, or the share of right classes. Rows without an outcome, and of `rows` those of a
/// class that the outcome has not, are left out; up to `most_learned` of `rows` are drawn by the
/// seed. Nothing where fewer than two are left of either.
std::optional<double> utility(const Outcome& outcome, const MeasuredRows& rows,
                              const MeasuredRows& held_out, std::uint64_t seed);

inline constexpr std::int64_t most_learned = 20000;

}  // namespace vgan
