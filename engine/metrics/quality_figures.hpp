// How near a set of samples is to held-out trials, in figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace vgan {

struct ClassShares {
  std::vector<std::int32_t> labels;  ///< in ascending order
  std::vector<double> shares;        ///< of each

  std::size_t smallest() const;  ///< which of them, the first of several
};

struct Quality {
  std::int64_t count = 0;  ///< trials judged
  double distance = 0.0;   ///< Frechet, in squared units of TrialRows
  double precision = 0.0;
  double recall = 0.0;
  std::optional<ClassShares> classes;  ///< where the training trials have labels
};

}  // namespace vgan
