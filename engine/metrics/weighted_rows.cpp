#include "engine/metrics/weighted_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

double weighted_median(std::span<const double> sorted, std::span<const std::int32_t> weights) {
  const std::int64_t total = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  std::int64_t below = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    below += weights[i];
    if (2 * below < total) continue;
    if (2 * below > total) return sorted[i];
    std::size_t next = i + 1;
    while (weights[next] == 0) ++next;
    return 0.5 * (sorted[i] + sorted[next]);
  }
  return sorted.back();
}

std::vector<std::int32_t> once(std::size_t rows) { return std::vector<std::int32_t>(rows, 1); }

double sum_of(std::span<const std::int32_t> weights) {
  return static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::int64_t{0}));
}

}  // namespace

SortedRows::SortedRows(std::span<const double> from) : rows(from.size()) {
  require(!from.empty(), "an order of rows", "no rows", "one or more");
  std::iota(rows.begin(), rows.end(), 0);
  std::sort(rows.begin(), rows.end(), [&](std::int32_t a, std::int32_t b) {
    const double one = from[static_cast<std::size_t>(a)], two = from[static_cast<std::size_t>(b)];
    return one != two ? one < two : a < b;
  });
  values.reserve(rows.size());
  for (const std::int32_t row : rows) values.push_back(from[static_cast<std::size_t>(row)]);
}

SortedRows::SortedRows(std::span<const double> from, std::span<const std::int64_t> numbers)
    : SortedRows(from) {
  require(from.size() == numbers.size(), "an order of rows",
          std::to_string(numbers.size()) + " numbers", std::to_string(from.size()));
  for (std::int32_t& row : rows) {
    row = static_cast<std::int32_t>(numbers[static_cast<std::size_t>(row)]);
  }
}

std::vector<std::int32_t> SortedRows::weights(const Resampling& draws,
                                              std::span<const std::int32_t> counts) const {
  std::vector<std::int32_t> made;
  made.reserve(rows.size());
  for (const std::int32_t row : rows) {
    const std::int32_t group = draws.group_of()[static_cast<std::size_t>(row)];
    made.push_back(counts[static_cast<std::size_t>(group)]);
  }
  return made;
}

WeightedMedian::WeightedMedian(std::span<const double> rows) : sorted_(rows) {}

double WeightedMedian::median() const {
  return weighted_median(sorted_.values, once(sorted_.rows.size()));
}

double WeightedMedian::median(const Resampling& draws, std::span<const std::int32_t> counts) const {
  return weighted_median(sorted_.values, sorted_.weights(draws, counts));
}

DistributionPair::DistributionPair(std::span<const double> one, std::span<const double> two)
    : one_(one), two_(two) {}

DistributionPair::Differences DistributionPair::differences() const {
  return walk(once(one_.rows.size()), once(two_.rows.size()));
}

DistributionPair::Differences DistributionPair::differences(
    const Resampling& draws_one, std::span<const std::int32_t> counts_one,
    const Resampling& draws_two, std::span<const std::int32_t> counts_two) const {
  return walk(one_.weights(draws_one, counts_one), two_.weights(draws_two, counts_two));
}

// From value to value of both sides.
DistributionPair::Differences DistributionPair::walk(
    std::span<const std::int32_t> weights_one, std::span<const std::int32_t> weights_two) const {
  const std::vector<double>&one = one_.values, &two = two_.values;
  const double unit_one = 1.0 / sum_of(weights_one), unit_two = 1.0 / sum_of(weights_two);
  Differences found;
  std::int64_t below_one = 0, below_two = 0;
  double before = 0.0;
  for (std::size_t i = 0, j = 0; i < one.size() || j < two.size();) {
    const double value = j == two.size() || (i < one.size() && one[i] < two[j]) ? one[i] : two[j];
    const double apart = std::fabs(static_cast<double>(below_one) * unit_one -
                                   static_cast<double>(below_two) * unit_two);
    found.greatest = std::max(found.greatest, apart);
    if (apart > 0.0) found.area += apart * (value - before);
    std::int64_t here_one = 0, here_two = 0;
    while (i < one.size() && one[i] == value) here_one += weights_one[i++];
    while (j < two.size() && two[j] == value) here_two += weights_two[j++];
    found.shares += std::fabs(static_cast<double>(here_one) * unit_one -
                              static_cast<double>(here_two) * unit_two);
    below_one += here_one;
    below_two += here_two;
    before = value;
  }
  return found;
}

}  // namespace vgan
