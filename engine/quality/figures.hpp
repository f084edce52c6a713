// What a set of trials came to in each measure, before it stands between its floors.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "engine/metrics/measure.hpp"

namespace vgan {

/// One measure of one set.
struct Figure {
  std::string name;
  Estimate estimate;
  std::int64_t count = 0;       ///< trials of the set that it was measured from
  std::int64_t real_count = 0;  ///< real trials that they were measured beside
  bool in_space = false;        ///< measured in the feature space
};

using Figures = std::vector<Figure>;

/// One with the name; null where there is none.
inline const Figure* find_figure(const Figures& figures, const std::string& name) {
  for (const Figure& figure : figures) {
    if (figure.name == name) return &figure;
  }
  return nullptr;
}

inline Figures joined_figures(Figures one, Figures two) {
  std::move(two.begin(), two.end(), std::back_inserter(one));
  return one;
}

}  // namespace vgan
