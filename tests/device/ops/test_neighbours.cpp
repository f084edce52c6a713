// Nearest rows and balls that hold rows, against plain loops on every backend: bit for bit.
#include <cmath>

#include "tests/support/device_array.hpp"
#include "tests/support/neighbours_twin.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Shape {
  std::int64_t queries, points, columns, words, k;
};
// Around strips of 32 points, groups of 16 queries, tiles of 64 and 16 columns, parts of 256
// points; fewer points than neighbours; no columns at all, where all are as near.
constexpr Shape shapes[] = {{1, 1, 1, 0, 1},     {3, 31, 2, 0, 2},   {16, 32, 15, 0, 5},
                            {17, 33, 16, 3, 32}, {64, 64, 17, 0, 3}, {65, 129, 18, 18, 4},
                            {66, 300, 5, 2, 7},  {4, 10, 3, 0, 32},  {5, 70, 0, 0, 3},
                            {0, 5, 2, 0, 1},     {5, 0, 2, 0, 2}};

// Few values, so that many distances are the same.
PlainRows rows_of(std::int64_t rows, std::int64_t columns, std::uint64_t seed, bool ties = false) {
  PlainRows made{rows, columns, random_floats(rows * columns, seed)};
  for (float& value : made.values) value = ties ? std::round(value) : value;
  return made;
}

/// What the operation finds, point by point, `most` points at a time.
std::vector<PlainNear> nearest(Device& device, const PlainRows& queries, const PlainRows& points,
                               std::int64_t k, std::int64_t words, std::int64_t self,
                               std::int64_t most) {
  const DeviceArray<float> q(device, queries.rows, queries.columns, queries.values);
  const DeviceArray<float> p(device, points.rows, points.columns, points.values);
  DeviceArray<float> squared(device, queries.rows, k, -7.0F);
  DeviceArray<std::int64_t> indices(device, queries.rows, k, std::int64_t{-7});
  for (std::int64_t first = 0; first == 0 || first < points.rows; first += most) {
    MatrixView<const float> block = p.view();
    block.data = block.row(first);
    block.rows = std::min(most, points.rows - first);
    device.backend->run(
        *device.queue,
        NearestRowsTask{
            {q.view(), block, words}, first, self, first > 0, squared.view(), indices.view()});
  }
  const std::vector<float> distances = squared.get();
  const std::vector<std::int64_t> found = indices.get();
  std::vector<PlainNear> made;
  for (std::size_t i = 0; i < found.size(); ++i) made.push_back({distances[i], found[i]});
  return made;
}

std::vector<PlainNear> plain(const PlainRows& queries, const PlainRows& points, std::int64_t k,
                             std::int64_t words, std::int64_t self) {
  std::vector<PlainNear> made;
  for (std::int64_t i = 0; i < queries.rows; ++i) {
    for (const PlainNear& one :
         plain_nearest(queries.row(i), points, k, words, self < 0 ? -1 : self + i)) {
      made.push_back(one);
    }
  }
  return made;
}

}  // namespace

TEST_CASE("nearest_rows are those of a sorted list of all", "[kernels][neighbours]") {
  on_every_device([](Device& device) {
    bool ties = false;
    for (const Shape& shape : shapes) {
      ties = !ties;
      INFO(shape.queries << " queries, " << shape.points << " points, " << shape.columns
                         << " columns, k " << shape.k << ", ties " << ties);
      const PlainRows queries = rows_of(shape.queries, shape.columns, 11, ties);
      const PlainRows points = rows_of(shape.points, shape.columns, 12, ties);
      CHECK((nearest(device, queries, points, shape.k, shape.words, -1, 1 << 20) ==
             plain(queries, points, shape.k, shape.words, -1)));
    }
  });
}

TEST_CASE("nearest_rows of points that come in blocks", "[kernels][neighbours]") {
  on_every_device([](Device& device) {
    for (const bool ties : {false, true}) {
      const PlainRows queries = rows_of(17, 3, 22, ties), points = rows_of(100, 3, 23, ties);
      const auto want = plain(queries, points, 6, 0, 3);
      for (const std::int64_t most : {1, 45, 100}) {
        if (most == 1 && device.backend->info().kind != "cpu") continue;  // a hundred launches
        CHECK((nearest(device, queries, points, 6, 0, 3, most) == want));
      }
    }
  });
}

TEST_CASE("nearest_rows leave out the row itself, but not its copies", "[kernels][neighbours]") {
  on_every_device([](Device& device) {
    PlainRows points = rows_of(150, 6, 13);
    for (std::int64_t c = 0; c < 6; ++c) {
      points.values[static_cast<std::size_t>(140 * 6 + c)] = points.row(70)[c];
    }
    const PlainRows queries{80, 6, {points.row(64), points.row(144)}};  // rows 64 to 143
    for (const std::int64_t most : {1000, 50}) {
      const auto found = nearest(device, queries, points, 3, 0, 64, most);
      CHECK((found == plain(queries, points, 3, 0, 64)));
      CHECK((found[6 * 3] == PlainNear{0.0F, 140}));
      CHECK((found[76 * 3] == PlainNear{0.0F, 70}));
    }
  });
}

TEST_CASE("nearest_rows know no row at a distance that is not finite", "[kernels][neighbours]") {
  on_every_device([](Device& device) {
    PlainRows points = rows_of(40, 3, 14), queries = rows_of(3, 3, 15);
    points.values[5 * 3 + 1] = std::nanf("");
    points.values[6 * 3] = HUGE_VALF;
    points.values[7 * 3 + 2] = -3e38F;
    queries.values[1 * 3 + 2] = std::nanf("");
    const auto found = nearest(device, queries, points, 32, 0, -1, 1000);
    CHECK((found == plain(queries, points, 32, 0, -1)));
    CHECK((found[32] == PlainNear{}));
    for (const PlainNear& one : found) CHECK(!(one.point >= 5 && one.point <= 7));
  });
}

// Several tiles of points. What CUDA has of that kind, parts of more than one tile and several of
// them, is among the shapes.
TEST_CASE("nearest_rows go through many points on the CPU", "[kernels][neighbours]") {
  Device device = open_device("cpu");
  const PlainRows queries = rows_of(3, 150, 16), points = rows_of(3000, 150, 17);
  CHECK((nearest(device, queries, points, 5, 1, -1, 1 << 20) == plain(queries, points, 5, 1, -1)));
}

TEST_CASE("count_balls are those of plain loops", "[kernels][neighbours]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      INFO(shape.queries << " queries, " << shape.points << " points");
      const PlainRows queries = rows_of(shape.queries, shape.columns, 18, true);
      const PlainRows points = rows_of(shape.points, shape.columns, 19, true);
      std::vector<float> radii = random_floats(shape.points, 20, 6.0);
      for (float& radius : radii) radius = std::round(radius);  // some queries lie on the rim
      if (!radii.empty()) radii[0] = std::nanf("");
      if (radii.size() > 1) radii[1] = HUGE_VALF;
      const DeviceArray<float> q(device, queries.rows, queries.columns, queries.values);
      const DeviceArray<float> p(device, points.rows, points.columns, points.values);
      const DeviceArray<float> r(device, radii);
      DeviceArray<std::int64_t> counts(device, 1, shape.queries, std::int64_t{100});
      device.backend->run(
          *device.queue,
          CountBallsTask{{q.view(), p.view(), shape.words}, r.vector(), counts.vector()});
      std::vector<std::int64_t> want;
      for (std::int64_t i = 0; i < queries.rows; ++i) {
        want.push_back(100 + plain_balls(queries.row(i), points, radii, shape.words));
      }
      CHECK((counts.get() == want));
    }
  });
}

TEST_CASE("operations on neighbours do not depend on the number of threads",
          "[kernels][neighbours]") {
  require_same_for_any_threads([](Device& device) {
    const PlainRows rows = rows_of(500, 9, 21);
    std::vector<double> values;
    for (const PlainNear& one : nearest(device, rows, rows, 4, 0, 0, 1 << 20)) {
      values.push_back(static_cast<double>(one.squared));
      values.push_back(static_cast<double>(one.point));
    }
    return values;
  });
}

TEST_CASE("operations on neighbours refuse operands that do not fit", "[kernels][neighbours]") {
  on_every_device([](Device& device) {
    const DeviceArray<float> q(device, 3, 4), p(device, 5, 4), narrow(device, 5, 3);
    const DeviceArray<float> squared(device, 3, 2), none(device, 3, 0), many(device, 3, 33);
    const DeviceArray<std::int64_t> indices(device, 3, 2), few(device, 2, 2);
    const auto refused = [&](const NearestRowsTask& task, const char* text) {
      CHECK_THROWS_WITH(device.backend->run(*device.queue, task), ContainsSubstring(text));
    };
    const RowPairs pairs{q.view(), p.view()};
    refused({{q.view(), narrow.view()}, 0, -1, false, squared.view(), indices.view()},
            "points [5, 3]");
    refused({{q.view(), p.view(), 5}, 0, -1, false, squared.view(), indices.view()},
            "5 columns of words");
    refused({pairs, 0, -1, false, none.view(), indices.view()}, "0 neighbours");
    refused({pairs, 0, -1, false, many.view(), indices.view()}, "33 neighbours");
    refused({pairs, 0, -1, false, squared.view(), few.view()}, "indices [2, 2]");
    const DeviceArray<float> radii(device, std::vector<float>(4));
    const DeviceArray<std::int64_t> counts(device, std::vector<std::int64_t>(3));
    CHECK_THROWS_WITH(
        device.backend->run(*device.queue, CountBallsTask{pairs, radii.vector(), counts.vector()}),
        ContainsSubstring("squared radii of 4"));
  });
}
