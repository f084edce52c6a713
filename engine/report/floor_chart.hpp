// A measure between its floors: a line from trials that know nothing to real ones, and where the
// virtual ones stand on it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/metrics/measure.hpp"
#include "engine/report/html.hpp"

namespace vgan {

/// The samples of one or several models, by the same measure.
struct MeasuredModel {
  std::string name;  ///< empty: it goes without saying
  const Measure* measure = nullptr;
};

/// The picture alone: better lies to the right. Distances whose floors are more than twenty times
/// apart are on a logarithmic line. Nothing where there are fewer than two figures.
void write_floor_line(Html& html, const std::vector<MeasuredModel>& models);

}  // namespace vgan
