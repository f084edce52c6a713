#include "engine/data/missing_number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/base/number_text.hpp"

namespace vgan {
namespace {

constexpr std::int64_t fewest_others = 5;
constexpr double spans_away = 2.0;

bool may_stand_for_nothing(double number) {
  if (number == -32768.0 || number == -2147483648.0) return true;
  if (!(number <= -99.0)) return false;
  const std::string digits = exact_text(-number);
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c == '9' || c == '.'; });
}

// The least number, NaN passed over; infinite where there is none. Four at a time, which do not
// wait for one another.
double least_of(const std::vector<double>& numbers) {
  std::array<double, 4> least;
  least.fill(HUGE_VAL);
  std::size_t i = 0;
  for (; i + least.size() <= numbers.size(); i += least.size()) {
    for (std::size_t lane = 0; lane < least.size(); ++lane) {
      least[lane] = numbers[i + lane] < least[lane] ? numbers[i + lane] : least[lane];
    }
  }
  for (; i < numbers.size(); ++i) least[0] = numbers[i] < least[0] ? numbers[i] : least[0];
  return *std::min_element(least.begin(), least.end());
}

}  // namespace

std::optional<double> find_missing_number(const TableColumn& column) {
  if (!column.numeric || !column.format.empty()) return std::nullopt;
  const double least = least_of(column.numbers);
  if (!may_stand_for_nothing(least)) return std::nullopt;
  double low = HUGE_VAL, high = -HUGE_VAL;  // of the others
  std::int64_t times = 0, others = 0;
  for (const double number : column.numbers) {
    if (number == least) {
      ++times;
    } else if (!std::isnan(number)) {
      ++others;
      low = std::min(low, number);
      high = std::max(high, number);
    }
  }
  if (times < 2 || others < fewest_others) return std::nullopt;
  const bool far = low >= 0.0 || low - least > spans_away * (high - low);
  return far ? std::optional(least) : std::nullopt;
}

void make_missing(TableColumn& column, double number) {
  for (double& cell : column.numbers) {
    if (cell != number) continue;
    cell = std::numeric_limits<double>::quiet_NaN();
    ++column.missing;
  }
}

}  // namespace vgan
