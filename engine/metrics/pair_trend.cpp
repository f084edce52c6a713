#include "engine/metrics/pair_trend.hpp"

#include <algorithm>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t pair_purpose = 1;

std::vector<double> ends_of_numbers(const MeasuredColumn& column) {
  std::vector<double> sorted;
  for (const double value : column.values) {
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> distinct;
  for (std::size_t i = 0; i < sorted.size() && distinct.size() <= ColumnCells::most_cells; ++i) {
    if (i == 0 || sorted[i] != sorted[i - 1]) distinct.push_back(sorted[i]);
  }
  std::vector<double> ends;
  if (distinct.size() <= ColumnCells::most_cells) {
    if (!distinct.empty()) ends.assign(distinct.begin(), distinct.end() - 1);
    return ends;
  }
  for (std::size_t k = 1; k < ColumnCells::most_cells; ++k) {
    // The least value that k / most_cells of all do not exceed.
    const std::size_t at =
        (k * sorted.size() + ColumnCells::most_cells - 1) / ColumnCells::most_cells - 1;
    if (ends.empty() || sorted[at] != ends.back()) ends.push_back(sorted[at]);
  }
  return ends;
}

// Words by their frequency, the first of equal ones before the others.
std::vector<std::uint8_t> cells_of_words(const MeasuredColumn& column) {
  const auto [counts, order] = words_by_frequency(column);
  std::vector<std::uint8_t> cells(counts.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    cells[order[i]] = static_cast<std::uint8_t>(std::min(i, ColumnCells::most_cells - 1));
  }
  return cells;
}

// Cells of all columns, one after the other.
std::vector<std::vector<std::uint8_t>> all_cells(const std::vector<ColumnCells>& columns,
                                                 const MeasuredRows& rows) {
  std::vector<std::vector<std::uint8_t>> made;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    made.push_back(columns[i].cells_of(rows.columns[i]));
  }
  return made;
}

using Shares = std::vector<double>;

Shares shares_of(const std::vector<std::uint8_t>& one, const std::vector<std::uint8_t>& two) {
  constexpr std::size_t side = ColumnCells::most_cells + 1;
  std::vector<std::int64_t> counts(side * side, 0);
  for (std::size_t row = 0; row < one.size(); ++row) ++counts[one[row] * side + two[row]];
  Shares shares;
  for (const std::int64_t count : counts) {
    shares.push_back(static_cast<double>(count) / static_cast<double>(one.size()));
  }
  return shares;
}

double total_variation(const Shares& one, const Shares& two) {
  double sum = 0.0;
  for (std::size_t i = 0; i < one.size(); ++i) sum += std::fabs(one[i] - two[i]);
  return 0.5 * sum;
}

}  // namespace

ColumnCells::ColumnCells(const MeasuredColumn& reference) : words_(reference.words) {
  if (words_) {
    of_word_ = cells_of_words(reference);
  } else {
    ends_ = ends_of_numbers(reference);
  }
}

std::vector<std::uint8_t> ColumnCells::cells_of(const MeasuredColumn& column) const {
  require(column.words == words_, "cells of a column", "words beside numbers", "columns of a kind");
  std::vector<std::uint8_t> cells;
  cells.reserve(column.values.size());
  for (const double value : column.values) {
    if (std::isnan(value)) {
      cells.push_back(most_cells);
    } else if (words_) {
      const auto word = static_cast<std::size_t>(value);
      cells.push_back(word < of_word_.size() ? of_word_[word] : most_cells - 1);
    } else {
      const auto end = std::lower_bound(ends_.begin(), ends_.end(), value);
      cells.push_back(static_cast<std::uint8_t>(end - ends_.begin()));
    }
  }
  return cells;
}

std::vector<std::pair<std::size_t, std::size_t>> drawn_pairs(std::size_t columns,
                                                             std::uint64_t seed) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = i + 1; j < columns; ++j) all.emplace_back(i, j);
  }
  if (std::ssize(all) <= most_pairs) return all;
  std::vector<std::pair<std::size_t, std::size_t>> drawn;
  for (const std::int64_t at : drawn_rows(std::ssize(all), most_pairs, seed, pair_purpose)) {
    drawn.push_back(all[static_cast<std::size_t>(at)]);
  }
  return drawn;
}

double pair_trend(const MeasuredRows& reference, const MeasuredRows& rows, std::uint64_t seed) {
  require_same_columns("trends of pairs", reference, rows);
  require(reference.rows > 0 && rows.rows > 0, "trends of pairs", "no rows", "one or more");
  std::vector<ColumnCells> columns(reference.columns.begin(), reference.columns.end());
  const auto wanted = all_cells(columns, reference);
  const auto found = all_cells(columns, rows);
  const auto pairs = drawn_pairs(columns.size(), seed);
  if (pairs.empty()) return 1.0;
  double sum = 0.0;
  for (const auto& [i, j] : pairs) {
    sum += 1.0 - total_variation(shares_of(wanted[i], wanted[j]), shares_of(found[i], found[j]));
  }
  return sum / static_cast<double>(pairs.size());
}

}  // namespace vgan
