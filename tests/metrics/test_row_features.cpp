// Rows as features: their distances are those of RecordDistance.
#include "engine/metrics/row_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/metrics/closest_record.hpp"
#include "tests/metrics/golden_tables.hpp"
#include "tests/metrics/plain_kernels.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("rows as features: as far apart as closest records have them", "[metrics]") {
  const GoldenTables tables;
  const RowFeatures coded(tables.train);
  const Features training = coded.features(tables.train), rows = coded.features(tables.drawn);
  CHECK(training.columns == coded.size());
  CHECK(rows.rows == tables.drawn.rows);
  std::vector<double> distances;
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    double least = std::numeric_limits<double>::infinity();
    for (std::int64_t j = 0; j < training.rows; ++j) {
      least = std::min(least, plain_squared_distance(rows, i, training, j));
    }
    distances.push_back(std::sqrt(least));
  }
  std::sort(distances.begin(), distances.end());
  const double median =
      0.5 * (distances[(distances.size() - 1) / 2] + distances[distances.size() / 2]);
  CHECK(median == Approx(RecordDistance(tables.train).median(tables.drawn)).margin(1e-5));
}

TEST_CASE("rows as features: by hand", "[metrics]") {
  const double nothing = std::nan("");
  const MeasuredRows training{4, {{"x", false, {0, 4, 0, 4}}, {"w", true, {0, 1, 1, nothing}}}};
  const RowFeatures coded(training);
  const float half = std::sqrt(0.5F);
  // The number; word 1, which comes most often, word 0, words that are new, none.
  CHECK(coded.size() == 5);
  const MeasuredRows rows{4, {{"x", false, {4, nothing, 2, 0}}, {"w", true, {0, 1, 7, nothing}}}};
  const std::vector<float> wanted{1, 0, half, 0,    0, 0,  half, 0, 0, 0,
                                  0, 0, 0,    half, 0, -1, 0,    0, 0, half};
  const Features found = coded.features(rows);
  REQUIRE(found.values.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    INFO(i);
    CHECK(found.values[i] == Approx(wanted[i]).margin(1e-6));
  }
  // A constant column is in ones, and one that is all missing in nothing but that.
  const RowFeatures flat(
      {2,
       {{"x", false, {3, 3}}, {"y", false, {nothing, nothing}}, {"w", true, {nothing, nothing}}}});
  CHECK(flat.size() == 5);
  const Features odd = flat.features({1, {{"x", false, {5}}, {"y", false, {1}}, {"w", true, {0}}}});
  CHECK(odd.values == std::vector<float>{2, 1, 0, half, 0});
  CHECK_THROWS_AS(flat.features(rows), Error);
  CHECK_THROWS_AS(RowFeatures({0, {{"x", false, {}}}}), Error);
}

TEST_CASE("rows as features: rare words of a column of many share one", "[metrics]") {
  MeasuredRows training{0, {{"w", true, {}}}};
  for (int word = 0; word < 80; ++word) {
    for (int k = 0; k <= 80 - word; ++k) training.columns[0].values.push_back(word);
  }
  training.rows = std::ssize(training.columns[0].values);
  const RowFeatures coded(training);
  CHECK(coded.size() == static_cast<std::int64_t>(RowFeatures::most_words) + 1);
  const Features found = coded.features({3, {{"w", true, {63, 64, 79}}}});
  CHECK(plain_squared_distance(found, 0, found, 1) == Approx(1.0));
  CHECK(plain_squared_distance(found, 1, found, 2) == 0.0);
}
