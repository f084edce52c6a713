#include "engine/metrics/closest_record.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/check.hpp"
#include "engine/metrics/neighbours.hpp"

namespace vgan {
namespace {

double median_of(std::vector<double> values) {
  require(!values.empty(), "closest rows", "no rows", "one or more");
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

}  // namespace

struct RecordDistance::Points {
  Features rows;
  std::unique_ptr<MeasureDevice> owned;
  Neighbours neighbours;

  Points(Features features, std::int64_t words, MeasureDevice* device)
      : rows(std::move(features)),
        owned(device == nullptr ? std::make_unique<MeasureDevice>() : nullptr),
        neighbours(device == nullptr ? *owned : *device, rows, words) {}
};

RecordDistance::RecordDistance(const MeasuredRows& training, MeasureDevice* device)
    : training_(training) {
  require(training.rows > 0, "closest rows", "no training rows", "one or more");
  read_columns();
  points_ = std::make_unique<Points>(coded(training).rows, static_cast<std::int64_t>(words_.size()),
                                     device);
}

RecordDistance::~RecordDistance() = default;
RecordDistance::RecordDistance(RecordDistance&&) noexcept = default;

void RecordDistance::read_columns() {
  for (std::size_t i = 0; i < training_.columns.size(); ++i) {
    const MeasuredColumn& column = training_.columns[i];
    if (column.words) {
      words_.push_back(i);
      continue;
    }
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
    (count < training_.rows ? words_ : whole_).push_back(i);
  }
}

// A number that is missing in no training row needs no column that says whether it is there: where
// it is missing after all, it is so from all of them.
RecordDistance::Coded RecordDistance::coded(const MeasuredRows& rows) const {
  const std::size_t width = numbers_.size() + words_.size();
  Coded made{{rows.rows, static_cast<std::int64_t>(width), {}}, {}};
  std::vector<float>& values = made.rows.values;
  values.resize(static_cast<std::size_t>(rows.rows) * width);
  for (std::size_t n = 0; n < numbers_.size(); ++n) {
    const std::vector<double>& column = rows.columns[numbers_[n]].values;
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (std::isnan(column[row])) continue;
      values[row * width + n] =
          static_cast<float>((column[row] - scales_[n].mean) / scales_[n].deviation);
    }
  }
  for (std::size_t w = 0; w < words_.size(); ++w) {
    const MeasuredColumn& column = rows.columns[words_[w]];
    for (std::size_t row = 0; row < column.values.size(); ++row) {
      const double value = column.values[row];
      values[row * width + numbers_.size() + w] =
          std::isnan(value) ? -1.0F : (column.words ? static_cast<float>(value) : 0.0F);
    }
  }
  made.further.resize(static_cast<std::size_t>(rows.rows));
  for (const std::size_t number : whole_) {
    const std::vector<double>& column = rows.columns[number].values;
    for (std::size_t row = 0; row < column.size(); ++row) {
      made.further[row] += std::isnan(column[row]) ? 1.0 : 0.0;
    }
  }
  return made;
}

std::vector<ClosestRecord> RecordDistance::closest(const MeasuredRows& rows) const {
  require_same_columns("closest rows", training_, rows);
  const Coded queries = coded(rows);
  const NearestRows found = points_->neighbours.nearest(queries.rows, 2);
  std::vector<ClosestRecord> made;
  for (std::int64_t i = 0; i < found.rows; ++i) {
    const double further = queries.further[static_cast<std::size_t>(i)];
    made.push_back({std::sqrt(double{found.squared_distance(i)} + further),
                    std::sqrt(double{found.squared_distance(i, 1)} + further), found.point(i)});
  }
  return made;
}

std::vector<ClosestRecord> RecordDistance::closest_others() const {
  const NearestRows found = points_->neighbours.nearest_others(2);
  std::vector<ClosestRecord> made;
  for (std::int64_t i = 0; i < found.rows; ++i) {
    made.push_back({std::sqrt(double{found.squared_distance(i)}),
                    std::sqrt(double{found.squared_distance(i, 1)}), found.point(i)});
  }
  return made;
}

double RecordDistance::median(const MeasuredRows& rows) const {
  return median_closest(closest(rows));
}

double median_closest(const std::vector<ClosestRecord>& records) {
  std::vector<double> distances;
  distances.reserve(records.size());
  for (const ClosestRecord& record : records) distances.push_back(record.distance);
  return median_of(std::move(distances));
}

}  // namespace vgan
