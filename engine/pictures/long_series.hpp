// The values of a long run in bounded memory, as much of them as a picture can show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vgan {

/// Any number of points (x, y), added in the order of x. Up to `most` are kept as they are; then
/// neighbours are merged in pairs, again and again, so that each of `most` / 2 to `most` buckets
/// stands for as many of them. What is kept depends on the points alone.
class LongSeries {
 public:
  static constexpr std::size_t most = 2048;  ///< about two for each pixel of a picture's width

  /// Neighbouring points. `low`, `high` and `sum` are of the drawable ones among their y.
  struct Bucket {
    double first_x = 0.0, last_x = 0.0;
    double low = 0.0, high = 0.0, sum = 0.0;
    std::uint64_t points = 0, drawable = 0;
    bool low_first = true;  ///< the lowest comes before the highest

    double x() const { return (first_x + last_x) / 2.0; }
    double mean() const;  ///< NaN where nothing is drawable
  };

  void add(double x, double y);

  bool empty() const { return buckets_.empty(); }
  std::uint64_t points() const { return points_; }
  /// How many points a full bucket stands for: a power of two, 1 while all are kept.
  std::uint64_t width() const { return width_; }
  const std::vector<Bucket>& buckets() const { return buckets_; }

 private:
  void merge_pairs();

  std::vector<Bucket> buckets_;
  std::uint64_t width_ = 1;
  std::uint64_t points_ = 0;
};

}  // namespace vgan
