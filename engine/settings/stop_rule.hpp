// The setting `stop-when`: what ends a run before its last epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vgan {

/// Either `plateau` evaluations one after the other that are not better than the best before them,
/// or a measure that is below (or above) a number.
struct StopRule {
  std::int64_t plateau = 0;  ///< 0: a measure
  std::string measure;
  bool below = true;
  double bound = 0.0;
};

/// How many evaluations a plateau has where nobody says it, and by which share of its own best a
/// measure must be better to end it.
inline constexpr std::int64_t plateau_evaluations = 5;
inline constexpr double plateau_margin = 0.02;

/// The rule in "plateau", "plateau:8", "frechet<5", "coverage>=0.8" ("<=" is taken for "<" and ">="
/// for ">"). Throws bad_config for anything else.
StopRule parse_stop_rule(const std::string& text);

}  // namespace vgan
