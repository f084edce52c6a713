#include "engine/metrics/sliced_wasserstein.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "kernels/math/gaussian.hpp"

namespace vgan {
namespace {

// A Philox subsequence far from those of training and of other measures with the same seed.
constexpr std::uint64_t direction_stream = std::uint64_t{12} << 60;

std::vector<float> along(const Features& features, const double* direction) {
  std::vector<float> made;
  made.reserve(static_cast<std::size_t>(features.rows));
  for (std::int64_t row = 0; row < features.rows; ++row) {
    const float* values = features.row(row);
    double sum = 0.0;
    for (std::int64_t j = 0; j < features.columns; ++j) sum += double{values[j]} * direction[j];
    made.push_back(static_cast<float>(sum));
  }
  return made;
}

}  // namespace

double wasserstein_distance(std::vector<float> one, std::vector<float> two) {
  require(!one.empty() && !two.empty(), "a Wasserstein distance", "no numbers", "one or more");
  std::sort(one.begin(), one.end());
  std::sort(two.begin(), two.end());
  const double unit_one = 1.0 / static_cast<double>(one.size());
  const double unit_two = 1.0 / static_cast<double>(two.size());
  std::size_t i = 0, j = 0;
  double area = 0.0, before = std::min(one[0], two[0]);
  while (i < one.size() || j < two.size()) {
    const bool first = j == two.size() || (i < one.size() && one[i] <= two[j]);
    const double value = first ? one[i] : two[j];
    area += (value - before) *
            std::fabs(static_cast<double>(i) * unit_one - static_cast<double>(j) * unit_two);
    before = value;
    ++(first ? i : j);
  }
  return area;
}

std::vector<double> random_directions(std::int64_t columns, std::int64_t count,
                                      std::uint64_t seed) {
  std::vector<double> made;
  for (std::int64_t k = 0; k < count; ++k) {
    double squares = 0.0;
    for (std::int64_t j = 0; j < columns; ++j) {
      const auto element = static_cast<std::uint64_t>(j);
      const auto stream = direction_stream + static_cast<std::uint64_t>(k);
      made.push_back(double{math::gaussian(seed, stream, element)});
      squares += made.back() * made.back();
    }
    const double length = std::sqrt(squares);
    for (std::int64_t j = 0; j < columns; ++j)
      made[made.size() - 1 - static_cast<std::size_t>(j)] /= length;
  }
  return made;
}

double sliced_wasserstein(const Features& one, const Features& two,
                          std::span<const double> directions) {
  require(one.columns == two.columns, "a sliced Wasserstein distance",
          std::to_string(two.columns) + " columns", std::to_string(one.columns));
  const auto columns = static_cast<std::size_t>(one.columns);
  require(columns > 0 && !directions.empty() && directions.size() % columns == 0,
          "a sliced Wasserstein distance", std::to_string(directions.size()) + " numbers",
          "directions of " + std::to_string(columns));
  double sum = 0.0;
  for (std::size_t first = 0; first < directions.size(); first += columns) {
    const double* direction = directions.data() + first;
    sum += wasserstein_distance(along(one, direction), along(two, direction));
  }
  return sum / static_cast<double>(directions.size() / columns);
}

double sliced_wasserstein(const Features& one, const Features& two, std::uint64_t seed) {
  return sliced_wasserstein(one, two, random_directions(one.columns, sliced_directions, seed));
}

}  // namespace vgan
