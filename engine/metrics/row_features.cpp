#include "engine/metrics/row_features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

constexpr float half_root = 1.0F / std::numbers::sqrt2_v<float>;

}  // namespace

RowFeatures::RowFeatures(const MeasuredRows& training) {
  require(training.rows > 0, "features of rows", "no training rows", "one or more");
  for (const MeasuredColumn& column : training.columns) {
    Column& made = columns_.emplace_back();
    made.words = column.words;
    made.first = size_;
    made.some_missing = std::any_of(column.values.begin(), column.values.end(),
                                    [](double value) { return std::isnan(value); });
    if (column.words) {
      add_words(column, made);
    } else {
      add_numbers(column, made);
    }
  }
}

void RowFeatures::add_numbers(const MeasuredColumn& column, Column& made) {
  double sum = 0.0, squares = 0.0, count = 0.0;
  for (const double value : column.values) {
    if (std::isnan(value)) continue;
    sum += value;
    count += 1.0;
  }
  if (count > 0.0) made.mean = sum / count;
  for (const double value : column.values) {
    if (!std::isnan(value)) squares += (value - made.mean) * (value - made.mean);
  }
  if (squares > 0.0) made.deviation = std::sqrt(squares / count);
  size_ += made.some_missing ? 2 : 1;
}

void RowFeatures::add_words(const MeasuredColumn& column, Column& made) {
  const auto [counts, order] = words_by_frequency(column);
  const auto own = static_cast<std::int64_t>(std::min(order.size(), most_words));
  made.other = own;
  made.missing = made.some_missing ? own + 1 : own;
  made.place.assign(counts.size(), made.other);
  for (std::int64_t i = 0; i < own; ++i) made.place[order[static_cast<std::size_t>(i)]] = i;
  size_ += made.missing + 1;
}

Features RowFeatures::features(const MeasuredRows& rows) const {
  const bool same =
      std::equal(columns_.begin(), columns_.end(), rows.columns.begin(), rows.columns.end(),
                 [](const Column& a, const MeasuredColumn& b) { return a.words == b.words; });
  require(same, "features of rows", std::to_string(rows.columns.size()) + " columns",
          "the same " + std::to_string(columns_.size()));
  Features made{rows.rows, size_, std::vector<float>(static_cast<std::size_t>(rows.rows * size_))};
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const Column& column = columns_[c];
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      const double value = rows.columns[c].values[static_cast<std::size_t>(row)];
      float* own = made.values.data() + row * size_ + column.first;
      if (column.words) {
        const auto word = std::isnan(value) ? std::size_t{0} : static_cast<std::size_t>(value);
        own[std::isnan(value)            ? column.missing
            : word < column.place.size() ? column.place[word]
                                         : column.other] = half_root;
      } else if (std::isnan(value)) {
        if (column.some_missing) own[1] = 1.0F;
      } else {
        own[0] = static_cast<float>((value - column.mean) / column.deviation);
      }
    }
  }
  return made;
}

}  // namespace vgan
