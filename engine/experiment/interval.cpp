#include "engine/experiment/interval.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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

// What is left of one network's error where several are averaged, by how their means spread.
double part_left(double error, const std::vector<double>& means) {
  constexpr double least_squared = 0.25;
  const auto count = static_cast<double>(means.size());
  const double centre = std::accumulate(means.begin(), means.end(), 0.0) / count;
  double spread = 0.0;
  for (const double own : means) spread += (own - centre) * (own - centre) / count;
  if (!(error > 0.0)) return 1.0;
  return std::sqrt(std::max(least_squared, 1.0 - spread / (error * error)));
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

Interval cross_conformal(const CellColumn& column,
                         const std::vector<std::span<const float>>& shares, double level,
                         double margin) {
  const auto networks = static_cast<double>(shares.size());
  const double of_all = data_deviation(column);
  Interval ends;
  double own_half = 0.0;

  std::vector<double> centres;
  for (const auto& own : shares) {
    const CellDistribution distribution(column, own);
    const Interval interval = interval_of(distribution, level);
    const double wider = margin * distribution.scale(of_all);
    ends.low += (interval.low - wider) / networks;
    ends.high += (interval.high + wider) / networks;
    own_half += 0.5 * (interval.high - interval.low) / networks;
    centres.push_back(distribution.mean());
  }
  double half = std::max(0.0, 0.5 * (ends.high - ends.low));
  const double middle = 0.5 * (ends.low + ends.high);
  // What the networks themselves say is not cut: where it has two peaks or a long tail, the spread
  // of their means says little of it.
  if (half > own_half) half = std::max(own_half, half * part_left(half / z_of(level), centres));
  const Interval fit = fitted(column, {middle - half, middle + half});
  // The median of all networks together may lie beyond the ends of a narrow interval.
  const std::vector<float> mean = mean_of(shares);
  const double median = CellDistribution(column, mean).quantile(0.5);
  return {std::min(fit.low, median), std::max(fit.high, median)};
}

std::vector<Interval> intervals_of(CellPredictor& predictor, const GeneratorModel& model,
                                   const GivenRows& given, std::span<const std::int64_t> rows,
                                   std::size_t column, double level) {
  const CellColumn& of = model.cells->columns()[column];
  const auto show = [&](std::int64_t row, std::span<std::int32_t> cells,
                        std::span<std::uint8_t> observed) { given.put(row, cells, observed); };
  std::vector<Interval> made;
  made.reserve(rows.size());
  if (model.left_out.empty()) {
    predictor.predict(rows, column, show, [&](std::int64_t, std::span<const float> shares) {
      made.push_back(interval_of(CellDistribution(of, shares), level));
    });
    return made;
  }
  predictor.predict_each(
      rows, column, show,
      [&](std::int64_t row, const std::vector<std::span<const float>>& networks) {
        const LeftOut::Shown shown = shown_beside(model, given, row, column);
        made.push_back(
            cross_conformal(of, networks, level, model.left_out.margin(column, shown, level)));
      });
  return made;
}

}  // namespace vgan
