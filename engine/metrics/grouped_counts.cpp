#include "engine/metrics/grouped_counts.hpp"

#include <cmath>
#include <string>

#include "engine/base/check.hpp"

namespace vgan {

std::vector<double> GroupedCounts::shares() const {
  return shares(std::vector<std::int32_t>(static_cast<std::size_t>(draws_.groups()), 1));
}

std::vector<double> GroupedCounts::shares(std::span<const std::int32_t> counts) const {
  std::vector<std::int64_t> summed(cells_, 0);
  for (std::size_t group = 0; group < counts.size(); ++group) {
    const std::int64_t times = counts[group];
    if (times == 0) continue;
    const std::int32_t* own = counted_.data() + group * cells_;
    for (std::size_t cell = 0; cell < cells_; ++cell) summed[cell] += times * own[cell];
  }
  double all = 0.0;
  for (const std::int64_t count : summed) all += static_cast<double>(count);
  std::vector<double> made;
  made.reserve(cells_);
  for (const std::int64_t count : summed) {
    made.push_back(all > 0.0 ? static_cast<double>(count) / all : 0.0);
  }
  return made;
}

double total_variation(std::span<const double> one, std::span<const double> two) {
  require(one.size() == two.size(), "a total variation", std::to_string(two.size()) + " shares",
          std::to_string(one.size()));
  double sum = 0.0;
  for (std::size_t i = 0; i < one.size(); ++i) sum += std::fabs(one[i] - two[i]);
  return 0.5 * sum;
}

}  // namespace vgan
