// Precision, recall, density, coverage and nearest neighbours of sets built for it.
#include "engine/metrics/neighbours.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/metrics/kernel_distance.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/metrics/hashed_features.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manifold_twin.hpp"
#include "tests/support/paths.hpp"

using namespace vgan;
using namespace vgan::testing;

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
  CHECK(same.coverage == 1.0);
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
  // One real ball holds two of -1.5, 2.5, 18.5 and 19.5, and no other holds any.
  CHECK(found.density == 0.5);
  CHECK(found.coverage == Approx(1.0 / 3.0));
  MeasureDevice device;
  const ManifoldRows rows = manifold_rows(device, real, generated, 1);
  CHECK(rows.balls == std::vector<std::int64_t>{0, 1, 1, 0});
  CHECK(rows.around == std::vector<std::int64_t>{2, 2, 0});
  CHECK(rows.covered == std::vector<std::uint8_t>{0, 0, 1});
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

TEST_CASE("precision, recall, density and coverage are those of plain loops", "[metrics]") {
  MeasureDevice device;
  for (const std::int64_t k : {1, 2, 7, 32}) {
    const Features real = hashed_features(90, 4, 10), generated = hashed_features(61, 4, 11);
    const PrecisionRecall want = plain_precision_recall(real, generated, k);
    const PrecisionRecall found = precision_recall(device, real, generated, k);
    CHECK(found.precision == Approx(want.precision));
    CHECK(found.recall == Approx(want.recall));
    CHECK(found.density == Approx(want.density));
    CHECK(found.coverage == Approx(want.coverage));
  }
}

// tests/golden/make_neighbour_measures.py
TEST_CASE("neighbour measures agree with prdc and scikit-learn", "[metrics][golden]") {
  const auto path =
      std::filesystem::path(source_dir()) / "tests" / "golden" / "neighbour_measures.json";
  std::ifstream file(path, std::ios::binary);
  const nlohmann::json golden = read_json({std::istreambuf_iterator<char>(file), {}});
  MeasureDevice device;
  std::uint32_t number = 0;
  for (const nlohmann::json& wanted : golden.at("cases")) {
    INFO("case " << number);
    const auto value = [&](const char* name) { return wanted.at(name).get<double>(); };
    const auto count = [&](const char* name) { return wanted.at(name).get<std::int64_t>(); };
    const Features real = hashed_features(count("real"), count("columns"), 2 * number);
    const Features generated =
        hashed_features(count("generated"), count("columns"), 2 * number + 1);
    const PrecisionRecall found = precision_recall(device, real, generated, count("neighbours"));
    // No distance is as near to a radius as what is lost in float: counts are the same.
    CHECK(std::fabs(found.precision - value("precision")) <= 1e-12);
    CHECK(std::fabs(found.recall - value("recall")) <= 1e-12);
    CHECK(std::fabs(found.density - value("density")) <= 1e-12);
    CHECK(std::fabs(found.coverage - value("coverage")) <= 1e-12);
    // Features are float here; a Gaussian's exponential is too.
    CHECK(std::fabs(kernel_distance(device, real, generated) - value("kernel_distance")) <= 1e-7);
    CHECK(std::fabs(gaussian_mmd(device, real, generated, value("bandwidth")) -
                    value("gaussian_mmd")) <= 1e-7);
    const NearestRows near = Neighbours(device, real).nearest(generated, 2);
    std::vector<double> first, second;
    for (std::int64_t i = 0; i < near.rows; ++i) {
      first.push_back(std::sqrt(double{near.squared_distance(i)}));
      second.push_back(std::sqrt(double{near.squared_distance(i, 1)}));
    }
    const auto median = [](std::vector<double>& values) {
      std::sort(values.begin(), values.end());
      return 0.5 * (values[(values.size() - 1) / 2] + values[values.size() / 2]);
    };
    CHECK(std::fabs(median(first) - value("closest")) <= 1e-6);
    CHECK(std::fabs(median(second) - value("second")) <= 1e-6);
    ++number;
  }
}

TEST_CASE("neighbours: the others of each point, and what cannot be asked", "[metrics]") {
  MeasureDevice device;
  const Features points = on_line({5, 5, 8, 20});
  const Neighbours neighbours(device, points);
  const NearestRows found = neighbours.nearest_others(2);
  CHECK(found.points == std::vector<std::int64_t>{1, 2, 0, 2, 0, 1, 2, 0});
  CHECK(found.squared == std::vector<float>{0, 9, 0, 9, 9, 9, 144, 225});
  CHECK(neighbours.squared_radii(1) == std::vector<float>{0, 0, 9, 144});
  // There are three others.
  CHECK(neighbours.nearest_others(4).point(0, 3) == -1);
  CHECK(neighbours.nearest_others(4).squared_distance(0, 3) == HUGE_VALF);
  CHECK_THROWS_AS(neighbours.nearest(points, 33), Error);
  CHECK_THROWS_AS(neighbours.nearest(points, 0), Error);
  CHECK_THROWS_AS(neighbours.nearest(clusters({1}, 2, 1)), Error);
  CHECK_THROWS_AS(neighbours.count_balls(points, std::vector<float>(3)), Error);
  CHECK_THROWS_AS(Neighbours(device, Features{0, 1, {}}), Error);
}
