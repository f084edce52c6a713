#include "engine/pictures/long_series.hpp"

#include <limits>

#include "engine/pictures/series.hpp"

namespace vgan {
namespace {

using Bucket = LongSeries::Bucket;

// `right` follows `left`.
Bucket merged(const Bucket& left, const Bucket& right) {
  Bucket both = left.drawable > 0 ? left : right;
  both.first_x = left.first_x;
  both.last_x = right.last_x;
  both.points = left.points + right.points;
  if (left.drawable == 0 || right.drawable == 0) return both;
  both.drawable = left.drawable + right.drawable;
  both.sum = left.sum + right.sum;
  const bool low_left = left.low <= right.low;
  const bool high_left = left.high >= right.high;
  both.low = low_left ? left.low : right.low;
  both.high = high_left ? left.high : right.high;
  both.low_first = low_left != high_left ? low_left : (low_left ? left : right).low_first;
  return both;
}

}  // namespace

double LongSeries::Bucket::mean() const {
  return drawable > 0 ? sum / static_cast<double>(drawable)
                      : std::numeric_limits<double>::quiet_NaN();
}

void LongSeries::add(double x, double y) {
  Bucket point{.first_x = x, .last_x = x, .points = 1};
  if (drawable(y)) {
    point.low = point.high = point.sum = y;
    point.drawable = 1;
  }
  ++points_;
  if (!buckets_.empty() && buckets_.back().points < width_) {
    buckets_.back() = merged(buckets_.back(), point);
    return;
  }
  if (buckets_.size() == most) merge_pairs();  // all are full
  buckets_.push_back(point);
}

void LongSeries::merge_pairs() {
  for (std::size_t i = 0; i < most / 2; ++i) {
    buckets_[i] = merged(buckets_[2 * i], buckets_[2 * i + 1]);
  }
  buckets_.resize(most / 2);
  width_ *= 2;
}

}  // namespace vgan
