#include "engine/metrics/class_shares.hpp"

#include <algorithm>

namespace vgan {

std::size_t ClassShares::smallest() const {
  return static_cast<std::size_t>(std::min_element(shares.begin(), shares.end()) - shares.begin());
}

}  // namespace vgan
