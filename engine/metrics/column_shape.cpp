#include "engine/metrics/column_shape.hpp"

#include <algorithm>
#include <limits>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

std::vector<double> sorted_values(const MeasuredColumn& column) {
  std::vector<double> values = column.values;
  for (double& value : values) {
    if (std::isnan(value)) value = -std::numeric_limits<double>::infinity();
  }
  std::sort(values.begin(), values.end());
  return values;
}

struct Differences {
  double greatest = 0.0;  ///< of the distribution functions
  double summed = 0.0;    ///< of the shares of each value
};

// Both walk from value to value.
Differences differences(const std::vector<double>& one, const std::vector<double>& two) {
  const double unit_one = 1.0 / static_cast<double>(one.size());
  const double unit_two = 1.0 / static_cast<double>(two.size());
  Differences found;
  std::size_t i = 0, j = 0;
  while (i < one.size() || j < two.size()) {
    const double value = j == two.size() || (i < one.size() && one[i] < two[j]) ? one[i] : two[j];
    const std::size_t first_i = i, first_j = j;
    while (i < one.size() && one[i] == value) ++i;
    while (j < two.size() && two[j] == value) ++j;
    found.summed += std::fabs(static_cast<double>(i - first_i) * unit_one -
                              static_cast<double>(j - first_j) * unit_two);
    found.greatest = std::max(found.greatest, std::fabs(static_cast<double>(i) * unit_one -
                                                        static_cast<double>(j) * unit_two));
  }
  return found;
}

}  // namespace

double column_shape(const MeasuredColumn& one, const MeasuredColumn& two) {
  require(one.words == two.words, "a column's shape", "words beside numbers", "columns of a kind");
  require(!one.values.empty() && !two.values.empty(), "a column's shape", "no rows", "one or more");
  const Differences found = differences(sorted_values(one), sorted_values(two));
  return 1.0 - (one.words ? 0.5 * found.summed : found.greatest);
}

double column_shape(const MeasuredRows& one, const MeasuredRows& two) {
  require_same_columns("shapes of columns", one, two);
  double sum = 0.0;
  for (std::size_t i = 0; i < one.columns.size(); ++i) {
    sum += column_shape(one.columns[i], two.columns[i]);
  }
  return sum / static_cast<double>(std::max<std::size_t>(one.columns.size(), 1));
}

}  // namespace vgan
