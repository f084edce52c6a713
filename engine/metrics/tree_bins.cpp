#include "engine/metrics/tree_bins.hpp"

#include <algorithm>
#include <string>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

double between(double low, double high) { return low + 0.5 * (high - low); }

std::vector<double> ends_of(const MeasuredColumn& column) {
  std::vector<double> sorted;
  for (const double value : column.values) {
    if (!std::isnan(value)) sorted.push_back(value);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> distinct;
  std::unique_copy(sorted.begin(), sorted.end(), std::back_inserter(distinct));
  std::vector<double> ends;
  if (distinct.size() <= TreeBins::most) {
    for (std::size_t i = 1; i < distinct.size(); ++i) {
      ends.push_back(between(distinct[i - 1], distinct[i]));
    }
    return ends;
  }
  for (std::size_t k = 1; k < TreeBins::most; ++k) {
    // The least value that k / most of all do not exceed; half-way to the next where that is exact.
    const std::size_t place = k * sorted.size();
    const std::size_t at = place / TreeBins::most;
    const double end =
        place % TreeBins::most == 0 ? between(sorted[at - 1], sorted[at]) : sorted[at];
    if (ends.empty() || end != ends.back()) ends.push_back(end);
  }
  return ends;
}

std::vector<std::uint8_t> bins_of_words(const MeasuredColumn& column) {
  const auto [counts, order] = words_by_frequency(column);
  std::vector<std::uint8_t> bins(counts.size(), TreeBins::missing);
  for (std::size_t i = 0; i < std::min(order.size(), TreeBins::most); ++i) {
    if (counts[order[i]] > 0) bins[order[i]] = static_cast<std::uint8_t>(i);
  }
  return bins;
}

std::vector<std::uint8_t> bins_of(const TreeBins::Column& column, std::span<const double> values) {
  std::vector<std::uint8_t> bins;
  bins.reserve(values.size());
  for (const double value : values) {
    if (std::isnan(value)) {
      bins.push_back(TreeBins::missing);
    } else if (column.words) {
      const auto word = static_cast<std::size_t>(value);
      bins.push_back(word < column.of_word.size() ? column.of_word[word] : TreeBins::missing);
    } else {
      const auto end = std::lower_bound(column.ends.begin(), column.ends.end(), value);
      bins.push_back(static_cast<std::uint8_t>(end - column.ends.begin()));
    }
  }
  return bins;
}

}  // namespace

TreeBins::TreeBins(const MeasuredRows& training) {
  for (const MeasuredColumn& values : training.columns) {
    Column column;
    column.words = values.words;
    if (column.words) {
      column.of_word = bins_of_words(values);
      column.bins =
          static_cast<std::size_t>(std::count_if(column.of_word.begin(), column.of_word.end(),
                                                 [](std::uint8_t bin) { return bin != missing; }));
    } else {
      column.ends = ends_of(values);
      column.bins = column.ends.size() + 1;
    }
    const std::vector<std::uint8_t> bins = bins_of(column, values.values);
    column.has_missing = std::find(bins.begin(), bins.end(), missing) != bins.end();
    columns_.push_back(std::move(column));
  }
}

BinnedRows TreeBins::binned(const MeasuredRows& rows) const {
  require(rows.columns.size() == columns_.size(), "bins of columns",
          std::to_string(rows.columns.size()) + " columns", std::to_string(columns_.size()));
  BinnedRows made;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    require(rows.columns[i].words == columns_[i].words, "bins of columns", "words beside numbers",
            "columns of a kind");
    made.push_back(bins_of(columns_[i], rows.columns[i].values));
  }
  return made;
}

}  // namespace vgan
