#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"

namespace vgan::cpu {

void run(ThreadTeam& team, const FirstNonfiniteTask& task) {
  const VectorView<const float> all = task.values;
  std::vector<std::int64_t> found(
      static_cast<std::size_t>((all.size + chunk_elements - 1) / chunk_elements), all.size);
  for_each_chunk(team, all.size, [&](std::int64_t first, std::int64_t count, std::int64_t chunk) {
    const float* const begin = all.data + first;
    const float* const bad =
        std::find_if(begin, begin + count, [](float value) { return !std::isfinite(value); });
    if (bad != begin + count) found[static_cast<std::size_t>(chunk)] = bad - all.data;
  });
  *task.first = found.empty() ? 0 : *std::min_element(found.begin(), found.end());
}

}  // namespace vgan::cpu
