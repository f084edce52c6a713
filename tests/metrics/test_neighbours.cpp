// Precision, recall and nearest neighbours of sets built for it.
#include "engine/metrics/neighbours.hpp"

#include "engine/base/error.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

// Points of a line.
Features on_line(const std::vector<float>& places) {
  return {static_cast<std::int64_t>(places.size()), 1, places};
}

// Clusters of ten points each around 100 * number.
Features clusters(const std::vector<int>& numbers, std::int64_t columns, std::uint64_t stream) {
  Features made{static_cast<std::int64_t>(numbers.size()) * 10, columns, {}};
  for (std::int64_t row = 0; row < made.rows; ++row) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto element = static_cast<std::uint64_t>(row * columns + c);
      made.values.push_back(static_cast<float>(100 * numbers[row / 10]) +
                            math::gaussian(3, stream, element));
    }
  }
  return made;
}

}  // namespace

TEST_CASE("precision and recall: of a set and itself both are one", "[metrics]") {
  const Features set = clusters({1, 2, 3}, 40, 1);
  const PrecisionRecall same = precision_recall(set, set);
  CHECK(same.precision == 1.0);
  CHECK(same.recall == 1.0);
}

TEST_CASE("precision and recall: modes left out cost recall, modes made up cost precision",
          "[metrics]") {
  // Balls reach to the third neighbour of ten, so that nearly every fresh point of a mode lies in
  // one, and none of another mode.
  const Features real = clusters({1, 2, 3, 4}, 2, 1);
  const PrecisionRecall half = precision_recall(real, clusters({1, 2}, 2, 2));
  CHECK(half.precision >= 0.7);
  CHECK(half.recall <= 0.5);
  CHECK(half.recall >= 0.3);
  const PrecisionRecall more = precision_recall(real, clusters({1, 2, 3, 4, 7, 8, 9, 10}, 2, 2));
  CHECK(more.precision <= 0.5);
  CHECK(more.precision >= 0.3);
  CHECK(more.recall >= 0.7);
  const PrecisionRecall other = precision_recall(real, clusters({7, 8}, 2, 2));
  CHECK(other.precision == 0.0);
  CHECK(other.recall == 0.0);
}

TEST_CASE("precision and recall: by hand on a line", "[metrics]") {
  // With k = 1 the real balls are [-1, 1], [0, 2] and [8, 12] around 0, 1 and 10: 10's nearest
  // other point is 9 away.
  const Features real = on_line({0, 1, 10});
  const Features generated = on_line({-1.5F, 2.5F, 18.5F, 19.5F});
  // 10's ball is [1, 19]: 2.5 and 18.5 lie in it.
  const PrecisionRecall found = precision_recall(real, generated, 1);
  CHECK(found.precision == 0.5);
  // Generated balls: [-5.5, 2.5], [-1.5, 6.5], [17.5, 19.5], [18.5, 20.5]: 10 lies in none.
  CHECK(found.recall == Approx(2.0 / 3.0));
}

TEST_CASE("precision and recall: points that are the same have balls of no width", "[metrics]") {
  const Features real = on_line({5, 5, 5, 5});
  CHECK(precision_recall(real, on_line({5, 5, 6, 7})).precision == 0.5);
  CHECK(precision_recall(real, on_line({5, 5, 5, 5})).recall == 1.0);
  CHECK_THROWS_AS(precision_recall(real, on_line({1, 2, 3})), Error);
  CHECK_THROWS_AS(precision_recall(real, clusters({1}, 2, 1)), Error);
}

TEST_CASE("nearest: agrees with a plain search", "[metrics]") {
  const Features points = clusters({0, 0, 1, 2}, 37, 5);
  const Features queries = clusters({0, 1, 2, 3}, 37, 6);
  const std::vector<std::int64_t> found = nearest(points, queries);
  REQUIRE(found.size() == 40);
  for (std::int64_t i = 0; i < queries.rows; ++i) {
    double best = HUGE_VAL;
    std::int64_t expected = -1;
    for (std::int64_t j = 0; j < points.rows; ++j) {
      double sum = 0.0;
      for (std::int64_t c = 0; c < 37; ++c) {
        const double apart = double{points.row(j)[c]} - queries.row(i)[c];
        sum += apart * apart;
      }
      if (sum < best) {
        best = sum;
        expected = j;
      }
    }
    CHECK(found[static_cast<std::size_t>(i)] == expected);
  }
}
