#include "engine/quality/assessment.hpp"

#include <algorithm>

namespace vgan {

const Measure* Assessment::find(const std::string& name) const {
  const auto found = std::find_if(measures.begin(), measures.end(),
                                  [&](const Measure& measure) { return measure.name == name; });
  return found == measures.end() ? nullptr : &*found;
}

}  // namespace vgan
