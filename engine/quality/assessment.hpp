// What a set of samples came to in all measures.
#pragma once

#include <string>
#include <vector>

#include "engine/metrics/measure.hpp"

namespace vgan {

/// How one column of a table, or one class, is met.
struct MeasuredPart {
  std::string name;
  double samples = 0.0, real = 0.0;  ///< of a column its shape; of a class its share
};

struct Assessment {
  std::vector<Measure> measures;      ///< in the order in which they are shown
  std::vector<MeasuredPart> columns;  ///< of a table
  std::vector<MeasuredPart> classes;  ///< where labels are known
  std::vector<std::string> notes;     ///< what limits the figures, for people

  /// The measure with the name; null where it was not measured.
  const Measure* find(const std::string& name) const;
};

}  // namespace vgan
