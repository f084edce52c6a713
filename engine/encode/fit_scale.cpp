#include "engine/encode/fit_scale.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"

namespace vgan {
namespace {

constexpr std::size_t trimmed_share = 200;
constexpr double most_widths = 10.0;  // of the bulk, that a linear range may have
constexpr double tail_widths = 4.0;   // beyond the bulk, from which an end is a tail

std::size_t trimmed(std::size_t count) { return std::max<std::size_t>(1, count / trimmed_share); }

/// The value after the `trimmed` least, or greatest; `otherwise` where none is left.
double inner_low(std::vector<double>& values, double otherwise) {
  const std::size_t rank = trimmed(values.size());
  if (values.size() <= rank) return otherwise;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double inner_high(std::vector<double>& values, double otherwise) {
  for (double& value : values) value = -value;
  return -inner_low(values, -otherwise);
}

/// By the least and the greatest value of each trial.
Scale fit(std::vector<double> least, std::vector<double> greatest, const std::string& source) {
  const double low = *std::min_element(least.begin(), least.end());
  const double high = *std::max_element(greatest.begin(), greatest.end());
  const Scale linear{low, low, high, high};
  if (!std::isfinite(high - low)) {
    throw Error(ErrorCode::bad_data,
                {"values too far apart", source, general_text(low) + " to " + general_text(high),
                 "a span below 1.8e308", "scale them down"});
  }
  const std::vector<double> all_least = least, all_greatest = greatest;
  double bulk_low = inner_low(least, low);
  double bulk_high = inner_high(greatest, high);
  if (!(bulk_low < bulk_high)) {
    const double most = bulk_high;
    std::vector<double> below, above;
    std::copy_if(all_least.begin(), all_least.end(), std::back_inserter(below),
                 [&](double value) { return value < most; });
    std::copy_if(all_greatest.begin(), all_greatest.end(), std::back_inserter(above),
                 [&](double value) { return value > most; });
    bulk_low = inner_low(below, most);
    bulk_high = inner_high(above, most);
  }
  const double width = bulk_high - bulk_low;
  if (!(width > 0.0) || (high - low) / most_widths <= width) return linear;
  return {low, (bulk_low - low) / tail_widths > width ? bulk_low : low,
          (high - bulk_high) / tail_widths > width ? bulk_high : high, high};
}

}  // namespace

std::vector<Scale> fit_columns(const Trials& trials) {
  const auto count = static_cast<std::size_t>(trials.count);
  const auto size = static_cast<std::size_t>(trials.values_per_trial());
  std::vector<Scale> scales;
  scales.reserve(size);
  std::vector<double> column(count);
  for (std::size_t j = 0; j < size; ++j) {
    std::visit(
        [&](const auto& values) {
          for (std::size_t i = 0; i < count; ++i) {
            column[i] = static_cast<double>(values[i * size + j]);
          }
        },
        trials.values);
    scales.push_back(fit(column, column, trials.source + ", column " + std::to_string(j)));
  }
  return scales;
}

Scale fit_all(const Trials& trials) {
  const std::int64_t size = trials.values_per_trial();
  std::vector<double> least, greatest;
  std::visit(
      [&](const auto& values) {
        for (std::int64_t i = 0; i < trials.count; ++i) {
          const auto first = values.begin() + i * size;
          const auto [low, high] = std::minmax_element(first, first + size);
          least.push_back(static_cast<double>(*low));
          greatest.push_back(static_cast<double>(*high));
        }
      },
      trials.values);
  return fit(std::move(least), std::move(greatest), trials.source);
}

}  // namespace vgan
