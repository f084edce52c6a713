#include "engine/quality/stop_decision.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"

namespace vgan {

StopDecision::StopDecision(const StopRule& rule, std::string judge)
    : rule_(rule), judge_(std::move(judge)) {}

std::optional<std::string> StopDecision::add(std::uint64_t epoch,
                                             const std::map<std::string, double>& measures) {
  const std::string& name = rule_.plateau > 0 ? judge_ : rule_.measure;
  const auto found = measures.find(name);
  if (found == measures.end()) {
    std::vector<std::string> names;
    for (const auto& [known, value] : measures) names.push_back(known);
    refuse_setting("stop-when", "'" + name + "', which this run does not measure", joined(names),
                   suggestion(name, names));
  }
  const double value = found->second;
  const std::string text = name + " " + general_text(value, 4);
  if (rule_.plateau == 0) {
    const bool met = rule_.below ? value < rule_.bound : value > rule_.bound;
    if (!met) return std::nullopt;
    return text + " is " + (rule_.below ? "below " : "above ") + general_text(rule_.bound);
  }
  if (!best_ || value < *best_ - plateau_margin * std::fabs(*best_)) {
    best_ = value;
    best_epoch_ = epoch;
    since_ = 0;
    return std::nullopt;
  }
  if (++since_ < rule_.plateau) return std::nullopt;
  return "a plateau: " + text + " is the last of " + std::to_string(since_) +
         " that are not better by " + general_text(100.0 * plateau_margin) + " % than " +
         general_text(*best_, 4) + " of epoch " + std::to_string(best_epoch_);
}

}  // namespace vgan
