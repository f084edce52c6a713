#include "engine/encode/design_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/math/permutation.hpp"

namespace vgan {
namespace {

using Row = std::vector<double>;

// Rows of standardised numbers, those without a number at the mean, each row once.
std::vector<Row> standardised_rows(const std::vector<std::vector<double>>& columns) {
  std::vector<Row> rows(columns.empty() ? 0 : columns[0].size(), Row(columns.size(), 0.0));
  for (std::size_t j = 0; j < columns.size(); ++j) {
    double count = 0.0, sum = 0.0, squares = 0.0;
    for (const double number : columns[j]) {
      if (std::isnan(number)) continue;
      count += 1.0;
      sum += number;
    }
    const double mean = count > 0.0 ? sum / count : 0.0;
    for (const double number : columns[j]) {
      if (!std::isnan(number)) squares += (number - mean) * (number - mean);
    }
    const double deviation = count > 0.0 ? std::sqrt(squares / count) : 0.0;
    if (!(deviation > 0.0)) continue;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!std::isnan(columns[j][i])) rows[i][j] = (columns[j][i] - mean) / deviation;
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

void draw_some(std::vector<Row>& rows, std::size_t most, std::uint64_t seed) {
  const math::Permutation drawn(std::max<std::size_t>(rows.size(), 1), seed, 0);
  std::vector<Row> kept;
  for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) kept.push_back(rows[drawn(i)]);
  rows = std::move(kept);
}

// For each column which of the other rows is nearest to `row` in all other columns.
std::vector<std::size_t> nearest_without_each(const std::vector<Row>& rows, std::size_t row) {
  const std::size_t width = rows[row].size();
  std::vector<std::size_t> nearest(width, row);
  std::vector<double> least(width, std::numeric_limits<double>::infinity()), squares(width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == row) continue;
    double total = 0.0;
    for (std::size_t j = 0; j < width; ++j) {
      const double difference = rows[i][j] - rows[row][j];
      squares[j] = difference * difference;
    }
    for (std::size_t j = 0; j < width; ++j) total += squares[j];
    for (std::size_t j = 0; j < width; ++j) {
      if (!(total - squares[j] < least[j])) continue;
      least[j] = total - squares[j];
      nearest[j] = i;
    }
  }
  return nearest;
}

}  // namespace

std::vector<double> shares_with_nearest(const std::vector<std::vector<double>>& columns,
                                        std::size_t asked, std::size_t most, std::uint64_t seed) {
  std::vector<Row> rows = standardised_rows(columns);
  std::vector<double> shares(columns.size(), 0.0);
  if (rows.size() < 2) return shares;
  draw_some(rows, most, seed);
  asked = std::min(asked, rows.size());
  for (std::size_t i = 0; i < asked; ++i) {
    const std::vector<std::size_t> nearest = nearest_without_each(rows, i);
    for (std::size_t j = 0; j < shares.size(); ++j) {
      shares[j] += rows[nearest[j]][j] == rows[i][j] ? 1.0 / static_cast<double>(asked) : 0.0;
    }
  }
  return shares;
}

}  // namespace vgan
