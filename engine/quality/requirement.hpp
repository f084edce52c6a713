// What figures are required to be: "coverage>=0.8".
#pragma once

#include <string>
#include <vector>

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

/// "coverage is 0.62, and >= 0.8 was required" for each that is not met. Throws bad_config for a
/// measure that these samples have no figure of.
std::vector<std::string> unmet(const std::vector<Requirement>& requirements,
                               const Assessment& assessment);

}  // namespace vgan
