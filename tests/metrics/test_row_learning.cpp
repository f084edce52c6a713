// What classifiers and regressions say of rows: of one distribution, of another, of copies.
#include <algorithm>
#include <cmath>
#include <set>

#include "engine/base/error.hpp"
#include "engine/metrics/two_sample.hpp"
#include "engine/metrics/utility.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/metrics/golden_tables.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// y = x up to noise, or independent of it.
MeasuredRows pairs(std::int64_t rows, std::uint64_t stream, bool joined) {
  MeasuredRows made{rows, {{"x", false, {}}, {"y", false, {}}}};
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto at = static_cast<std::uint64_t>(3 * i);
    const double x = math::gaussian(5, stream, at), other = math::gaussian(5, stream, at + 1);
    made.columns[0].values.push_back(x);
    made.columns[1].values.push_back((joined ? x : other) +
                                     0.3 * math::gaussian(5, stream, at + 2));
  }
  return made;
}

MeasuredRows one_column(bool words, const std::vector<double>& values) {
  return {std::ssize(values), {{"x", words, values}}};
}

}  // namespace

TEST_CASE("two samples: of one distribution they cannot be told apart, of others they can",
          "[metrics]") {
  const MeasuredRows real = pairs(600, 1, true);
  // The deviation of an AUC of two times 600 rows is 0.017, less in the mean of three draws.
  const std::optional<double> same = two_sample_auc(real, pairs(900, 2, true), 1);
  REQUIRE(same);
  CHECK(std::fabs(*same - 0.5) <= 0.05);
  const std::optional<double> apart = two_sample_auc(real, pairs(900, 3, false), 1);
  REQUIRE(apart);
  CHECK(*apart >= 0.8);
  CHECK(two_sample_auc(real, pairs(900, 3, false), 1) == apart);
  CHECK(two_sample_auc(real, pairs(900, 3, false), 2) != apart);
  CHECK_FALSE(two_sample_auc(real, pairs(9, 2, true), 1));
  CHECK_THROWS_AS(two_sample_auc(real, one_column(false, {1.0}), 1), Error);
}

TEST_CASE("utility: what the outcome is", "[metrics]") {
  const auto kind = [](bool words, const std::vector<double>& values) {
    return Outcome::of(one_column(words, values), 0);
  };
  CHECK(kind(false, {0.5, 1.0, 2.0})->score == OutcomeScore::r2);
  CHECK(kind(false, {3, 4, 3, nothing, 8})->score == OutcomeScore::accuracy);
  CHECK(kind(false, {3, 4, 3, nothing, 8})->classes == std::vector<double>{3, 4, 8});
  CHECK(kind(false, {0, 1, 1})->score == OutcomeScore::auc);
  CHECK(kind(true, {0, 1, 2})->score == OutcomeScore::accuracy);
  CHECK(kind(false, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})->score == OutcomeScore::r2);
  CHECK_FALSE(kind(true, {0, 0, nothing}));
  std::vector<double> many;
  for (int i = 0; i < 33; ++i) many.push_back(i);
  CHECK_FALSE(kind(true, many));
  CHECK(kind(false, many)->score == OutcomeScore::r2);
}

TEST_CASE("utility: numbers, two classes and several, by the golden tables", "[metrics]") {
  const GoldenTables tables;
  for (const char* name : {"force", "verdict", "grade"}) {
    INFO(name);
    const std::size_t at = place_of(tables.train, name);
    const std::optional<Outcome> outcome = Outcome::of(tables.train, at);
    REQUIRE(outcome);
    // The other outcomes are inputs here, so that it is more than without them.
    const std::optional<double> real = utility(*outcome, tables.train, tables.test, 1);
    REQUIRE(real);
    CHECK(*real >= tables.expected.at("boosted").at(name).get<double>() - 0.01);
    CHECK(*real <= 1.0);
    const MeasuredRows mixed = resampled_columns(tables.train, 900, 1);
    const double floor = outcome->score == OutcomeScore::r2    ? 0.0
                         : outcome->score == OutcomeScore::auc ? 0.6
                                                               : 0.5;
    CHECK(*utility(*outcome, mixed, tables.test, 1) <= floor);
  }
}

TEST_CASE("utility: rows without an outcome, or of a class that is new", "[metrics]") {
  const MeasuredRows real = pairs(200, 1, true);
  const Outcome number = *Outcome::of(real, 1);
  MeasuredRows gaps = pairs(200, 2, true);
  const double whole = *utility(number, gaps, real, 1);
  CHECK(whole >= 0.7);
  for (const std::size_t at : {3, 50, 51}) gaps.columns[1].values[at] = nothing;
  CHECK(*utility(number, gaps, real, 1) >= 0.7);
  for (double& value : gaps.columns[1].values) value = nothing;
  CHECK_FALSE(utility(number, gaps, real, 1));

  MeasuredRows classes = pairs(200, 1, true);
  for (double& value : classes.columns[1].values) value = value > 0 ? 1 : 0;
  const Outcome two = *Outcome::of(classes, 1);
  MeasuredRows others = classes;
  others.columns[1].values[7] = 2;  // of a class that there is not
  CHECK(*utility(two, others, classes, 1) >= 0.9);
  for (double& value : others.columns[1].values) value = 1;
  CHECK(*utility(two, others, classes, 1) == 0.5);
}

TEST_CASE("measured rows: by name, words by the schema, new ones behind", "[metrics]") {
  GoldenTables tables;
  Table other = tables.read;
  std::swap(other.columns[0], other.columns[3]);
  other.columns[0].words[0] = "tin";
  const std::size_t kind = 3, before = tables.schema.columns[kind].words.size();
  const MeasuredRows rows = all_rows(other, tables.schema);
  CHECK(rows.columns[0].values == tables.train.columns[0].values);
  CHECK(tables.schema.columns[kind].words.size() == before + 1);
  CHECK(tables.schema.columns[kind].words.back() == "tin");
  const auto first = static_cast<std::size_t>(
      std::find(other.columns[0].cells.begin(), other.columns[0].cells.end(), 0) -
      other.columns[0].cells.begin());
  CHECK(rows.columns[kind].values[first] == static_cast<double>(before));
  other.columns[1].name = "another";
  CHECK_THROWS_WITH(all_rows(other, tables.schema), ContainsSubstring("no column angle"));
  other.columns[1].name = "angle";
  other.columns[0].name = "speed", other.columns[3].name = "kind";
  CHECK_THROWS_WITH(all_rows(other, tables.schema), ContainsSubstring("found words"));

  const std::vector<std::int64_t> drawn = drawn_rows(100, 40, 3, 1);
  CHECK(drawn.size() == 40);
  CHECK(std::set<std::int64_t>(drawn.begin(), drawn.end()).size() == 40);
  CHECK(drawn != drawn_rows(100, 40, 4, 1));
  CHECK(drawn != drawn_rows(100, 40, 3, 2));
  CHECK(drawn_rows(5, 40, 3, 1).size() == 5);
}
