// The history of a long run in bounded memory.
#include "engine/pictures/long_series.hpp"

#include <cmath>
#include <limits>

#include "engine/pictures/curves.hpp"
#include "tests/pictures/pixels.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

const double gap = std::numeric_limits<double>::quiet_NaN();

bool same(const LongSeries& a, const LongSeries& b) {
  if (a.width() != b.width() || a.buckets().size() != b.buckets().size()) return false;
  for (std::size_t i = 0; i < a.buckets().size(); ++i) {
    const LongSeries::Bucket& left = a.buckets()[i];
    const LongSeries::Bucket& right = b.buckets()[i];
    if (left.first_x != right.first_x || left.last_x != right.last_x || left.low != right.low ||
        left.high != right.high || left.sum != right.sum || left.points != right.points ||
        left.low_first != right.low_first) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("long series: few points are kept as they are", "[pictures]") {
  LongSeries series;
  for (int i = 0; i < static_cast<int>(LongSeries::most); ++i) series.add(i, 0.5 * i);
  REQUIRE(series.width() == 1);
  REQUIRE(series.buckets().size() == LongSeries::most);
  for (std::size_t i = 0; i < series.buckets().size(); ++i) {
    const LongSeries::Bucket& one = series.buckets()[i];
    REQUIRE(one.x() == static_cast<double>(i));
    REQUIRE(one.mean() == 0.5 * static_cast<double>(i));
  }
  series.add(LongSeries::most, 0.0);
  CHECK(series.width() == 2);
  CHECK(series.buckets().size() == LongSeries::most / 2 + 1);
}

TEST_CASE("long series: a million points take bounded memory and lose no extreme", "[pictures]") {
  constexpr std::uint64_t count = 1000000;
  LongSeries series;
  LongSeries again;
  double sum = 0.0;
  for (std::uint64_t i = 1; i <= count; ++i) {
    double y = std::sin(0.001 * static_cast<double>(i));
    if (i == 123456) y = 50.0;
    if (i == 123460) y = -70.0;
    if (i % 1000 == 0) y = gap;
    if (std::isfinite(y)) sum += y;
    series.add(static_cast<double>(i), y);
    again.add(static_cast<double>(i), y);
    REQUIRE(series.buckets().size() <= LongSeries::most);
  }
  CHECK(series.points() == count);
  CHECK(series.buckets().size() > LongSeries::most / 4);
  CHECK(same(series, again));

  std::uint64_t points = 0, drawable = 0;
  double total = 0.0;
  double before = 0.0;
  const LongSeries::Bucket* highest = &series.buckets().front();
  for (const LongSeries::Bucket& bucket : series.buckets()) {
    REQUIRE(bucket.first_x == before + 1.0);
    before = bucket.last_x;
    points += bucket.points;
    drawable += bucket.drawable;
    total += bucket.sum;
    if (bucket.high > highest->high) highest = &bucket;
  }
  CHECK(before == static_cast<double>(count));
  CHECK(points == count);
  CHECK(drawable == count - count / 1000);
  CHECK(std::fabs(total - sum) < 1e-6);
  CHECK(highest->high == 50.0);
  CHECK(highest->low == -70.0);
  CHECK_FALSE(highest->low_first);
}

TEST_CASE("long series: points that cannot be drawn leave a gap only where there are no others",
          "[pictures]") {
  LongSeries series;
  for (std::size_t i = 0; i < LongSeries::most; ++i) {
    series.add(static_cast<double>(i), i < 4 ? gap : i % 2 == 0 ? gap : 1.0);
  }
  series.add(LongSeries::most, 2.0);
  REQUIRE(series.width() == 2);
  CHECK(std::isnan(series.buckets()[0].mean()));
  CHECK(std::isnan(series.buckets()[1].mean()));
  CHECK(series.buckets()[2].mean() == 1.0);
  CHECK(series.buckets()[2].low == 1.0);
  CHECK(series.buckets()[2].points == 2);
  CHECK(series.buckets()[2].drawable == 1);
}

TEST_CASE("long series: the picture of a long run shows its spread and its mean", "[pictures]") {
  TrainingHistory history;
  for (int i = 1; i <= 60000; ++i) {
    history.d_loss.add(i, i % 2 == 0 ? 0.25 : 0.75);
    history.g_loss.add(i, 1.5);
    history.accuracy_real.add(i, i % 2 == 0 ? 0.25 : 0.75);
    history.accuracy_fake.add(i, 0.1);
  }
  const RgbImage image = draw_training("run", history);
  // The lower panel spans 0 to 1: the mean at 0.5 is bold green, the spread about it faint.
  const Box column{500, 382, 501, 640};
  const Box bold = extent(image, curve_green, column);
  REQUIRE(bold.bottom > bold.top);
  CHECK(bold.height() <= 6);
  const auto faint = static_cast<std::size_t>(3 * ((bold.top - 40) * image.width + 500));
  CHECK(image.pixels[faint] < 240);
}
