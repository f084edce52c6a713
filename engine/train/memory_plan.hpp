// Which memory a run needs, said before it is taken.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace vgan {

/// Device memory that a run needs, by purpose.
struct MemoryPlan {
  std::vector<std::pair<std::string, std::size_t>> parts;  ///< bytes
  std::size_t total = 0;
  /// "94.0 MB: G 32.7, D 10.2, activations 4.1, data 47.0".
  std::string text() const;
};

}  // namespace vgan
