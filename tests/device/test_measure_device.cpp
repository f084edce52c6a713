// Measures of pairs of rows on every device, and rows that come in blocks.
#include <cmath>

#include "engine/metrics/kernel_distance.hpp"
#include "engine/metrics/neighbours.hpp"
#include "tests/metrics/hashed_features.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("measures of pairs are the same on every device", "[metrics][devices]") {
  const Features real = hashed_features(70, 5, 30), generated = hashed_features(50, 5, 31);
  MeasureDevice cpu;
  const ManifoldRows want = manifold_rows(cpu, real, generated, 4);
  const double cubic = kernel_distance(cpu, real, generated);
  const double gaussian = gaussian_mmd(cpu, real, generated, 1.5);
  on_every_device([&](Device& device) {
    MeasureDevice measures(*device.backend);
    const ManifoldRows found = manifold_rows(measures, real, generated, 4);
    CHECK(found.balls == want.balls);
    CHECK(found.around == want.around);
    CHECK(found.covered == want.covered);
    // Sums of some thousand kernels in double, in two orders.
    CHECK(std::fabs(kernel_distance(measures, real, generated) - cubic) <= 1e-12);
    CHECK(std::fabs(gaussian_mmd(measures, real, generated, 1.5) - gaussian) <= 1e-12);
  });
}

TEST_CASE("neighbours: more queries than a block has", "[metrics]") {
  MeasureDevice device;
  const Features points{3, 1, {0.0F, 2.0F, 4.0F}};
  Features queries{65536 + 70, 1, {}};
  for (std::int64_t i = 0; i < queries.rows; ++i) {
    queries.values.push_back(static_cast<float>(2 * (i % 3)));
  }
  const Neighbours neighbours(device, points);
  const NearestRows found = neighbours.nearest(queries, 1);
  const auto balls = neighbours.count_balls(queries, std::vector<float>{0.0F, 4.0F, 4.0F});
  const NearestRows others = Neighbours(device, queries).nearest_others(1);
  // 0 lies in the balls of 0 and 2, 2 and 4 in those of 2 and 4.
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < queries.rows; ++i) {
    wrong += found.point(i) != i % 3 || found.squared_distance(i) != 0.0F ? 1 : 0;
    wrong += balls[static_cast<std::size_t>(i)] != 2 ? 1 : 0;
    wrong += others.point(i) != (i < 3 ? i + 3 : i % 3) ? 1 : 0;
  }
  CHECK(wrong == 0);
}

// A block has 2^24 numbers.
TEST_CASE("neighbours: more points than a block has", "[metrics]") {
  MeasureDevice device;
  Features points{(1 << 24) + 5, 1, {}};
  points.values.assign(static_cast<std::size_t>(points.rows), 100.0F);
  for (const std::int64_t at : {7LL, (1LL << 24) - 1, 1LL << 24, (1LL << 24) + 4}) {
    points.values[static_cast<std::size_t>(at)] = 1.0F;
  }
  const NearestRows found = Neighbours(device, points).nearest({1, 1, {1.0F}}, 5);
  CHECK(found.points == std::vector<std::int64_t>{7, (1 << 24) - 1, 1 << 24, (1 << 24) + 4, 0});
}
