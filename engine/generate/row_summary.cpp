#include "engine/generate/row_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/base/sorted_quantile.hpp"

namespace vgan {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// The quantile of sorted numbers, one or more. `whole`: it is one of them, the least below which
// and at which lies such a share.
double quantile(const std::vector<double>& sorted, double share, bool whole) {
  if (whole) {
    const auto count = static_cast<double>(sorted.size());
    const double place = std::ceil(share * count - 1e-9);
    return sorted[static_cast<std::size_t>(std::max(place, 1.0)) - 1];
  }
  return sorted_quantile(sorted, share);
}

}  // namespace

RowSummary::RowSummary(const Schema& schema) : schema_(&schema), columns_(schema.columns.size()) {
  clear();
}

void RowSummary::add(const std::vector<TableCell>& cells) {
  ++rows_;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const ColumnSchema& schema = schema_->columns[i];
    if (!schema.drawn()) continue;
    if (cells[i].missing) {
      ++columns_[i].missing;
    } else if (schema.numeric) {
      columns_[i].numbers.push_back(cells[i].number);
    } else {
      ++columns_[i].words[cells[i].word];
    }
  }
}

void RowSummary::clear() {
  rows_ = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].numbers.clear();
    columns_[i].words.assign(schema_->columns[i].words.size(), 0);
    columns_[i].missing = 0;
  }
}

NumberSummary RowSummary::numbers(std::size_t column) {
  std::vector<double>& values = columns_[column].numbers;
  NumberSummary made{no_value, no_value, {}};
  made.quantiles.fill(no_value);
  if (values.empty()) return made;
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  made.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - made.mean) * (value - made.mean);
  if (values.size() > 1) made.deviation = std::sqrt(squares / (count - 1.0));
  const bool whole = !schema_->columns[column].values.empty();
  for (std::size_t i = 0; i < summary_shares.size(); ++i) {
    made.quantiles[i] = quantile(values, summary_shares[i], whole);
  }
  return made;
}

std::vector<double> RowSummary::word_shares(std::size_t column) const {
  const Column& of = columns_[column];
  const auto there = static_cast<double>(rows_ - of.missing);
  std::vector<double> shares;
  for (const std::uint64_t count : of.words) {
    if (there > 0.0) shares.push_back(static_cast<double>(count) / there);
  }
  return shares;
}

double RowSummary::missing_share(std::size_t column) const {
  return static_cast<double>(columns_[column].missing) / static_cast<double>(rows_);
}

}  // namespace vgan
