// When a run has got as far as its user asked for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/settings/stop_rule.hpp"

namespace vgan {

/// Applies a StopRule to evaluations, one after the other.
class StopDecision {
 public:
  /// `judge`: the measure, the lower the better, that a plateau is one of.
  StopDecision(const StopRule& rule, std::string judge);

  /// Measures by their names. Why the run ends after this evaluation; nothing where it goes on.
  /// Throws bad_config for a rule whose measure is not among them.
  std::optional<std::string> add(std::uint64_t epoch,
                                 const std::map<std::string, double>& measures);

 private:
  StopRule rule_;
  std::string judge_;
  std::optional<double> best_;  ///< a value that later ones must be better than by the margin
  std::uint64_t best_epoch_ = 0;
  std::int64_t since_ = 0;  ///< evaluations
};

}  // namespace vgan
