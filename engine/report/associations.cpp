#include "engine/report/associations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/metrics/pair_trend.hpp"

namespace vgan {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double correlation(const MeasuredColumn& x, const MeasuredColumn& y) {
  double count = 0.0, mean_x = 0.0, mean_y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    if (std::isnan(x.values[i]) || std::isnan(y.values[i])) continue;
    // Welford's update: large means do not drown small variances.
    count += 1.0;
    const double dx = x.values[i] - mean_x, dy = y.values[i] - mean_y;
    mean_x += dx / count;
    mean_y += dy / count;
    xx += dx * (x.values[i] - mean_x);
    yy += dy * (y.values[i] - mean_y);
    xy += dx * (y.values[i] - mean_y);
  }
  if (!(xx > 0.0) || !(yy > 0.0)) return none;
  return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

double correlation_ratio(const MeasuredColumn& number, const MeasuredColumn& words) {
  struct Group {
    double count = 0.0, sum = 0.0;
  };
  std::map<double, Group> groups;
  double count = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < number.values.size(); ++i) {
    if (std::isnan(number.values[i]) || std::isnan(words.values[i])) continue;
    Group& group = groups[words.values[i]];
    group.count += 1.0;
    group.sum += number.values[i];
    count += 1.0;
    sum += number.values[i];
  }
  if (groups.size() < 2) return none;
  double all = 0.0, between = 0.0;
  const double mean = sum / count;
  for (std::size_t i = 0; i < number.values.size(); ++i) {
    if (std::isnan(number.values[i]) || std::isnan(words.values[i])) continue;
    all += (number.values[i] - mean) * (number.values[i] - mean);
  }
  for (const auto& [word, group] : groups) {
    const double own = group.sum / group.count - mean;
    between += group.count * own * own;
  }
  return all > 0.0 ? std::sqrt(std::clamp(between / all, 0.0, 1.0)) : none;
}

double cramers_v(const MeasuredColumn& one, const MeasuredColumn& two) {
  std::map<double, double> rows, columns;
  std::map<std::pair<double, double>, double> cells;
  double count = 0.0;
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    if (std::isnan(one.values[i]) || std::isnan(two.values[i])) continue;
    rows[one.values[i]] += 1.0;
    columns[two.values[i]] += 1.0;
    cells[{one.values[i], two.values[i]}] += 1.0;
    count += 1.0;
  }
  const auto freedom = static_cast<double>(std::min(rows.size(), columns.size())) - 1.0;
  if (!(freedom > 0.0)) return none;
  // chi^2 / n = sum of n_ij^2 / (n_i n_j), less 1.
  double sum = 0.0;
  for (const auto& [cell, n] : cells) sum += n * n / (rows[cell.first] * columns[cell.second]);
  return std::sqrt(std::clamp((sum - 1.0) / freedom, 0.0, 1.0));
}

}  // namespace

double association(const MeasuredColumn& one, const MeasuredColumn& two) {
  if (one.words && two.words) return cramers_v(one, two);
  if (one.words) return correlation_ratio(two, one);
  if (two.words) return correlation_ratio(one, two);
  return correlation(one, two);
}

std::vector<double> associations(const MeasuredRows& rows, const std::vector<std::size_t>& of) {
  const std::size_t count = of.size();
  std::vector<double> made(count * count, 1.0);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double value = association(rows.columns[of[i]], rows.columns[of[j]]);
      made[i * count + j] = value;
      made[j * count + i] = value;
    }
  }
  return made;
}

std::vector<PairLikeness> worst_pairs(const MeasuredRows& real, const MeasuredRows& samples,
                                      const std::vector<std::size_t>& of, std::size_t most) {
  constexpr std::size_t side = ColumnCells::most_cells + 1;
  std::vector<std::vector<std::uint8_t>> of_real, of_samples;
  for (const std::size_t column : of) {
    const ColumnCells cells(real.columns[column]);
    of_real.push_back(cells.cells_of(real.columns[column]));
    of_samples.push_back(cells.cells_of(samples.columns[column]));
  }
  const auto shares = [](const std::vector<std::uint8_t>& one,
                         const std::vector<std::uint8_t>& two) {
    std::vector<double> made(side * side, 0.0);
    for (std::size_t row = 0; row < one.size(); ++row) {
      made[one[row] * side + two[row]] += 1.0 / static_cast<double>(one.size());
    }
    return made;
  };
  std::vector<PairLikeness> pairs;
  for (std::size_t i = 0; i < of.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto a = shares(of_real[i], of_real[j]), b = shares(of_samples[i], of_samples[j]);
      double distance = 0.0;
      for (std::size_t k = 0; k < a.size(); ++k) distance += std::abs(a[k] - b[k]) / 2.0;
      pairs.push_back({of[j], of[i], 1.0 - distance});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const PairLikeness& a, const PairLikeness& b) {
    return a.likeness < b.likeness;
  });
  if (pairs.size() > most) pairs.resize(most);
  return pairs;
}

}  // namespace vgan
