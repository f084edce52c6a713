#include "engine/metrics/closest_record.hpp"

#include <algorithm>
#include <limits>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

}  // namespace

RecordDistance::RecordDistance(const MeasuredRows& training) : training_(training) {
  require(training.rows > 0, "closest rows", "no training rows", "one or more");
  for (std::size_t i = 0; i < training.columns.size(); ++i) {
    const MeasuredColumn& column = training.columns[i];
    words_.push_back(i);
    if (column.words) continue;
    double sum = 0.0, squares = 0.0;
    std::int64_t count = 0;
    for (const double value : column.values) {
      if (std::isnan(value)) continue;
      sum += value;
      ++count;
    }
    Scale scale;
    if (count > 0) scale.mean = sum / static_cast<double>(count);
    for (const double value : column.values) {
      if (!std::isnan(value)) squares += (value - scale.mean) * (value - scale.mean);
    }
    if (squares > 0.0) scale.deviation = std::sqrt(squares / static_cast<double>(count));
    numbers_.push_back(i);
    scales_.push_back(scale);
  }
  coded_ = coded(training);
}

// Rows of numbers in deviations, then of words as their numbers.
std::vector<float> RecordDistance::coded(const MeasuredRows& rows) const {
  const std::size_t width = numbers_.size() + words_.size();
  std::vector<float> made(static_cast<std::size_t>(rows.rows) * width);
  for (std::size_t n = 0; n < numbers_.size(); ++n) {
    const std::vector<double>& values = rows.columns[numbers_[n]].values;
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (std::isnan(values[row])) continue;
      made[row * width + n] =
          static_cast<float>((values[row] - scales_[n].mean) / scales_[n].deviation);
    }
  }
  for (std::size_t w = 0; w < words_.size(); ++w) {
    const MeasuredColumn& column = rows.columns[words_[w]];
    for (std::size_t row = 0; row < column.values.size(); ++row) {
      const double value = column.values[row];
      // For a number this says alone whether it is there.
      made[row * width + numbers_.size() + w] =
          std::isnan(value) ? -1.0F : (column.words ? static_cast<float>(value) : 0.0F);
    }
  }
  return made;
}

// What exceeds `limit` may stand for a distance beyond it.
float RecordDistance::squared_distance(const float* a, const float* b, float limit) const {
  float sum = 0.0F;
  for (std::size_t i = 0; i < numbers_.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  if (sum > limit) return sum;
  const std::size_t width = numbers_.size() + words_.size();
  for (std::size_t i = numbers_.size(); i < width; ++i) sum += a[i] != b[i] ? 1.0F : 0.0F;
  return sum;
}

double RecordDistance::median(const MeasuredRows& rows) const {
  require_same_columns("closest rows", training_, rows);
  require(rows.rows > 0, "closest rows", "no rows", "one or more");
  const std::size_t width = numbers_.size() + words_.size();
  const std::vector<float> queries = coded(rows);
  std::vector<double> distances;
  for (std::size_t row = 0; row < queries.size(); row += width) {
    float best = std::numeric_limits<float>::infinity();
    for (std::size_t other = 0; other < coded_.size() && best > 0.0F; other += width) {
      best = std::min(best, squared_distance(queries.data() + row, coded_.data() + other, best));
    }
    distances.push_back(std::sqrt(double{best}));
  }
  return median_of(std::move(distances));
}

}  // namespace vgan
