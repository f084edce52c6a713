// How trials are divided among classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vgan {

struct ClassShares {
  std::vector<std::int32_t> labels;  ///< in ascending order
  std::vector<double> shares;        ///< of each

  std::size_t smallest() const;  ///< which of them, the first of several
};

}  // namespace vgan
