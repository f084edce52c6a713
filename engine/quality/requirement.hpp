// What figures are required to be: "coverage>=0.8".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/quality/assessment.hpp"

namespace vgan {

/// A measure and the bound that its figure of the samples must keep.
struct Requirement {
  std::string text;     ///< as the user wrote it
  std::string measure;  ///< of measure_list
  bool below = true;    ///< at most the bound, else at least
  bool equal = true;    ///< the bound itself is enough
  double bound = 0.0;

  bool is_met(double value) const;
};

/// The requirements in texts such as "coverage>=0.8" or "c2st<0.6,dcr>0.9": a measure, one of <=,
/// >=, < and >, a number. Throws bad_config for anything else, and with the nearest name for a
/// measure that there is not.
std::vector<Requirement> parse_requirements(const std::vector<std::string>& texts);

/// What is known of trials before they are measured.
struct MeasurableTrials {
  TrialKind kind = TrialKind::row;
  std::size_t numbers = 0, words = 0;  ///< columns of rows
  bool labelled = false;
  std::string without_copying;  ///< see EvaluatorOptions

  /// Of trials: their kind, the columns of their schema, their labels.
  static MeasurableTrials of(const Trials& trials);
};

/// Throws bad_config for a requirement on a measure that such trials have not, before anything is
/// measured, with the measures that they have.
void require_measurable(const std::vector<Requirement>& requirements,
                        const MeasurableTrials& trials);

/// "coverage is 0.62, and >= 0.8 was required" for each that is not met. Throws bad_config for a
/// measure that these samples have no figure of.
std::vector<std::string> unmet(const std::vector<Requirement>& requirements,
                               const Assessment& assessment);

}  // namespace vgan
