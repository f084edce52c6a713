// One figure of quality, as every measure of samples is told to people and programs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/words.hpp"

namespace vgan {

/// Which values of a measure are good.
enum class MeasureGoal { lower, higher, half, as_real };

template <>
struct WordTable<MeasureGoal> {
  static constexpr const char* setting = "goal";
  static constexpr std::array<Word<MeasureGoal>, 4> table{{
      {MeasureGoal::lower, "lower", "the lower the better"},
      {MeasureGoal::higher, "higher", "the higher the better"},
      {MeasureGoal::half, "half", "0.5 at best: a guess"},
      {MeasureGoal::as_real, "as-real", "the nearer to that of real trials the better"},
  }};
};

/// What a measure is about.
enum class MeasureGroup { fidelity, diversity, usefulness, privacy };

template <>
struct WordTable<MeasureGroup> {
  static constexpr const char* setting = "group";
  static constexpr std::array<Word<MeasureGroup>, 4> table{{
      {MeasureGroup::fidelity, "fidelity", "whether virtual trials look like real ones"},
      {MeasureGroup::diversity, "diversity", "whether they show all that real ones show"},
      {MeasureGroup::usefulness, "usefulness", "whether they teach what real ones teach"},
      {MeasureGroup::privacy, "privacy", "whether they repeat trials that were trained on"},
  }};
};

/// A value, and where it lies in 95 of 100 sets of trials drawn anew (percentile bootstrap).
struct Estimate {
  double value = 0.0;
  std::optional<double> low, high;
};

/// A figure of samples, between what real trials and trials that know nothing come to.
struct Measure {
  std::string name;   ///< as in evaluation.json, metrics.jsonl, --require and --stop-when
  std::string title;  ///< for people
  MeasureGroup group = MeasureGroup::fidelity;
  MeasureGoal goal = MeasureGoal::lower;
  std::string
      space;  ///< the feature space that it is measured in, FeatureSpace::name; may be empty
  std::optional<Estimate> samples;    ///< of the virtual trials
  std::optional<Estimate> real;       ///< a floor: of trials that were trained on
  std::optional<Estimate> resampled;  ///< a floor: of columns (or numbers) drawn independently
  std::int64_t sample_count = 0;      ///< virtual trials that it is measured from
  std::int64_t real_count = 0;        ///< held-out trials likewise
};

}  // namespace vgan
