#include "engine/experiment/interval.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/encode/score_curve.hpp"

namespace vgan {
namespace {

LeftOut::Shown shown_beside(const GeneratorModel& model, const GivenRows& given, std::int64_t row,
                            std::size_t column) {
  for (std::size_t j = 0; j < model.cells->columns().size(); ++j) {
    if (j != column && !given.is_given(row, j)) return LeftOut::Shown::some;
  }
  return LeftOut::Shown::all_others;
}

std::vector<float> mean_of(const std::vector<std::span<const float>>& shares) {
  std::vector<float> mean(shares.front().size(), 0.0F);
  for (const auto& own : shares) {
    for (std::size_t t = 0; t < mean.size(); ++t) {
      mean[t] += own[t] / static_cast<float>(shares.size());
    }
  }
  return mean;
}

// The normal quantile at the upper end of an interval; the widest are taken for those of 0.99, so
// that an interval of a greater level is not the narrower one.
double z_of(double level) { return normal_quantile(0.5 * (1.0 + std::min(level, 0.99))); }

// What is left of one network's error where several are averaged whose means have a variance.
double part_left(double error, double variance) {
  constexpr double least_squared = 0.25;
  if (!(error > 0.0)) return 1.0;
  return std::sqrt(std::max(least_squared, 1.0 - variance / (error * error)));
}

// The greatest level, from 0 to 1, that `holds`, where all below one do: to a millionth. Below 0
// where none does.
template <class Holds>
double greatest_level(const Holds& holds) {
  constexpr int halvings = 20;
  if (!holds(0.0)) return -1.0;
  if (holds(1.0)) return 1.0;
  double low = 0.0, high = 1.0;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (low + high);
    (holds(middle) ? low : high) = middle;
  }
  return low;
}

// The nearest interval that a number of the column can be an end of: within all that was seen, and
// of a grid from one of its values to another.
Interval fitted(const CellColumn& column, const Interval& wanted) {
  const std::vector<double>& values = column.values();
  if (column.kind() != CellColumn::Kind::quantile) {
    return {values[column.cell_of_number(wanted.low)], values[column.cell_of_number(wanted.high)]};
  }
  const double least = column.members(0).front();
  const double greatest = column.members(values.size() - 1).back();
  return {std::clamp(wanted.low, least, greatest), std::clamp(wanted.high, least, greatest)};
}

}  // namespace

Interval interval_of(const CellDistribution& distribution, double level) {
  const double tail = 0.5 * (1.0 - level);
  return {distribution.quantile(tail), distribution.quantile(1.0 - tail)};
}

CrossConformal::CrossConformal(const CellColumn& column,
                               const std::vector<std::span<const float>>& shares, Margin margin)
    : column_(&column), margin_(std::move(margin)) {
  const auto networks = static_cast<double>(shares.size());
  const double of_all = data_deviation(column);
  for (const auto& own : shares) {
    const CellDistribution distribution(column, own);
    networks_.push_back({distribution, distribution.scale(of_all), distribution.mean()});
    centre_ += networks_.back().mean / networks;
  }
  for (const Network& one : networks_) {
    variance_ += (one.mean - centre_) * (one.mean - centre_) / networks;
  }
  const std::vector<float> mean = mean_of(shares);
  median_ = CellDistribution(column, mean).quantile(0.5);
}

Interval CrossConformal::interval(double level) const {
  const auto networks = static_cast<double>(networks_.size());
  const double margin = margin_(level);
  Interval ends;
  double own_half = 0.0;
  for (const Network& one : networks_) {
    const Interval interval = interval_of(one.distribution, level);
    const double wider = margin * one.scale;
    ends.low += (interval.low - wider) / networks;
    ends.high += (interval.high + wider) / networks;
    own_half += 0.5 * (interval.high - interval.low) / networks;
  }
  double half = std::max(0.0, 0.5 * (ends.high - ends.low));
  const double middle = 0.5 * (ends.low + ends.high);
  // What the networks themselves say is not cut: where it has two peaks or a long tail, the spread
  // of their means says little of it.
  if (half > own_half) half = std::max(own_half, half * part_left(half / z_of(level), variance_));
  const Interval fit = fitted(*column_, {middle - half, middle + half});
  // The median of all networks together may lie beyond the ends of a narrow interval.
  return {std::min(fit.low, median_), std::max(fit.high, median_)};
}

double CrossConformal::quantile(double share) const {
  if (share == 0.5) return median_;
  const Interval ends = interval(std::fabs(1.0 - 2.0 * share));
  return share < 0.5 ? ends.low : ends.high;
}

double CrossConformal::share_below(double number) const {
  if (number >= median_) {
    const double level = greatest_level([&](double at) { return interval(at).high <= number; });
    return 0.5 * (1.0 + std::max(level, 0.0));
  }
  // The least level whose interval begins there or below.
  const double level = greatest_level([&](double at) { return interval(at).low > number; });
  return 0.5 * (1.0 - std::max(level, 0.0));
}

void predict_cross_conformal(
    CellPredictor& predictor, const GeneratorModel& model, const GivenRows& given,
    std::span<const std::int64_t> rows, std::size_t column,
    const std::function<void(std::int64_t row, const CrossConformal& number)>& take) {
  predictor.predict_each(
      rows, column, showing(given),
      [&](std::int64_t row, const std::vector<std::span<const float>>& networks) {
        const LeftOut::Shown shown = shown_beside(model, given, row, column);
        take(row, CrossConformal(model.cells->columns()[column], networks, [&](double level) {
               return model.left_out.margin(column, shown, level);
             }));
      });
}

std::vector<Interval> intervals_of(CellPredictor& predictor, const GeneratorModel& model,
                                   const GivenRows& given, std::span<const std::int64_t> rows,
                                   std::size_t column, double level) {
  const CellColumn& of = model.cells->columns()[column];
  std::vector<Interval> made;
  made.reserve(rows.size());
  if (model.left_out.empty()) {
    predictor.predict(rows, column, showing(given),
                      [&](std::int64_t, std::span<const float> shares) {
                        made.push_back(interval_of(CellDistribution(of, shares), level));
                      });
    return made;
  }
  predict_cross_conformal(
      predictor, model, given, rows, column,
      [&](std::int64_t, const CrossConformal& number) { made.push_back(number.interval(level)); });
  return made;
}

}  // namespace vgan
