#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/check.hpp"
#include "engine/base/sorted_quantile.hpp"
#include "engine/metrics/curve_measures.hpp"
#include "engine/metrics/grouped_counts.hpp"

namespace vgan {
namespace {

constexpr std::size_t cells = QuantileBands::level_count + 1;

// Groups of curves that are drawn together: counts of all cells are kept for each.
constexpr std::int64_t most_groups = 200;
// Numbers of curves that quantiles are found by at a time in memory: 128 MiB.
constexpr std::int64_t most_numbers = std::int64_t{1} << 25;

std::int64_t looked_at(const TrialRows& curves) {
  const std::int64_t fitting = std::max<std::int64_t>(most_numbers / curves.size(), 1);
  return std::min({curves.count(), CurveMeans::most_curves, fitting});
}

// Curves [rows, size], up to as many as are looked at, evenly spread.
std::vector<float> some_curves(const TrialRows& curves, std::int64_t rows) {
  std::vector<float> made(static_cast<std::size_t>(rows * curves.size()));
  for (std::int64_t row = 0; row < rows; ++row) {
    curves.read(row * curves.count() / rows, made.data() + row * curves.size());
  }
  return made;
}

}  // namespace

QuantileBands::QuantileBands(const TrialRows& curves) : size_(curves.size()) {
  require(curves.count() > 0, "quantile bands", "no curves", "one or more");
  const std::int64_t rows = looked_at(curves);
  const std::vector<float> values = some_curves(curves, rows);
  const auto size = static_cast<std::size_t>(size_);
  quantiles_.resize(level_count * size);
  shares_.assign(size * cells, 0.0);
  std::vector<double> sorted(static_cast<std::size_t>(rows));
  const double unit = 0.5 / static_cast<double>(rows * size_);
  for (std::size_t number = 0; number < size; ++number) {
    for (std::size_t row = 0; row < sorted.size(); ++row) {
      sorted[row] = double{values[row * size + number]};
    }
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t level = 0; level < level_count; ++level) {
      quantiles_[level * size + number] = sorted_quantile(sorted, levels[level]);
    }
    for (const double value : sorted) {
      const auto [one, two] = cells_of(static_cast<std::int64_t>(number), value);
      shares_[number * cells + one] += unit;
      shares_[number * cells + two] += unit;
    }
  }
}

// How many quantiles are below the value, and how many are not above it.
std::pair<std::size_t, std::size_t> QuantileBands::cells_of(std::int64_t number,
                                                            double value) const {
  std::size_t below = 0, not_above = 0;
  for (std::size_t level = 0; level < level_count; ++level) {
    const double quantile =
        quantiles_[level * static_cast<std::size_t>(size_) + static_cast<std::size_t>(number)];
    below += quantile < value ? 1 : 0;
    not_above += quantile <= value ? 1 : 0;
  }
  return {below, not_above};
}

Estimate QuantileBands::difference(const TrialRows& curves, const BootstrapOptions* options) const {
  require(curves.count() > 0 && curves.size() == size_, "quantile bands",
          std::to_string(curves.size()) + " numbers", std::to_string(size_));
  const std::int64_t rows = looked_at(curves);
  const Resampling draws(rows, options == nullptr ? 1 : options->seed, 1, most_groups);
  GroupedCounts counts(draws, shares_.size());
  std::vector<float> curve(static_cast<std::size_t>(size_));
  for (std::int64_t row = 0; row < rows; ++row) {
    curves.read(row * curves.count() / rows, curve.data());
    for (std::int64_t number = 0; number < size_; ++number) {
      const auto at = static_cast<std::size_t>(number);
      const auto [one, two] = cells_of(number, double{curve[at]});
      counts.add(row, at * cells + one);
      counts.add(row, at * cells + two);
    }
  }
  // Each curve is counted twice for each number, so that total variations of all are their mean.
  const double value = total_variation(counts.shares(), shares_);
  if (options == nullptr) return {value};
  std::vector<double> figures;
  for (std::int64_t which = 0; which < options->resamples; ++which) {
    figures.push_back(total_variation(counts.shares(draws.counts(which)), shares_));
  }
  return centred_interval(value, std::move(figures), options->inside, 0.0, 1.0);
}

}  // namespace vgan
