// Intervals of tables' figures: around what is measured, and as wide as other draws are apart.
#include "engine/metrics/table_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/error.hpp"
#include "engine/metrics/column_shape.hpp"
#include "engine/metrics/pair_trend.hpp"
#include "engine/metrics/two_sample.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/metrics/golden_tables.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Two numbers that lean on each other and a word by the first.
MeasuredRows table(std::int64_t rows, std::uint64_t stream, double lean) {
  MeasuredRows made{rows, {{"x", false, {}}, {"y", false, {}}, {"w", true, {}}}};
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto at = static_cast<std::uint64_t>(2 * i);
    const double x = double{math::gaussian(2, stream, at)};
    made.columns[0].values.push_back(x);
    made.columns[1].values.push_back(lean * x + double{math::gaussian(2, stream, at + 1)});
    made.columns[2].values.push_back(x < -0.5 ? 0.0 : x < 0.8 ? 1.0 : 2.0);
  }
  return made;
}

double deviation(const std::vector<double>& values) {
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

void check_around(const Estimate& found, double value) {
  CHECK(found.value == Approx(value).margin(1e-12));
  CHECK(*found.low <= found.value);
  CHECK(found.value <= *found.high);
}

}  // namespace

TEST_CASE("intervals of tables: around the figures", "[metrics]") {
  const GoldenTables tables;
  std::vector<std::int64_t> first(150);
  std::iota(first.begin(), first.end(), 0);
  const MeasuredRows real = tables.test.take(first), drawn = tables.drawn.take(first);
  const MeasuredRows train = tables.train.take(first);
  const BootstrapOptions options{60};
  check_around(column_shape_estimate(real, drawn, options), column_shape(real, drawn));
  check_around(pair_trend_estimate(real, drawn, options), pair_trend(real, drawn, options.seed));
  check_around(*two_sample_estimate(real, drawn, 3, options), *two_sample_auc(real, drawn, 3));
  for (const char* name : {"force", "verdict", "grade"}) {
    INFO(name);
    const Outcome outcome = *Outcome::of(tables.train, place_of(tables.train, name));
    check_around(*utility_estimate(outcome, train, real, 3, options),
                 *utility(outcome, train, real, 3));
  }
}

TEST_CASE("intervals of tables: as wide as other draws are apart", "[metrics]") {
  const BootstrapOptions options{200};
  std::vector<double> shapes, trends;
  for (std::uint64_t draw = 0; draw < 40; ++draw) {
    const MeasuredRows real = table(300, 10 + 2 * draw, 1.0),
                       drawn = table(300, 11 + 2 * draw, 0.3);
    shapes.push_back(column_shape(real, drawn));
    trends.push_back(pair_trend(real, drawn));
  }
  const MeasuredRows real = table(300, 1, 1.0), drawn = table(300, 2, 0.3);
  const Estimate shape = column_shape_estimate(real, drawn, options);
  const Estimate trend = pair_trend_estimate(real, drawn, options);
  // 40 draws and 200 resamples tell a deviation to about 15 % each; cells add some of their own.
  CHECK(*shape.high - *shape.low == Approx(3.92 * deviation(shapes)).epsilon(0.45));
  CHECK(*trend.high - *trend.low == Approx(3.92 * deviation(trends)).epsilon(0.45));
}

TEST_CASE("intervals of tables: one row, all missing, one class", "[metrics]") {
  const double nothing = std::nan("");
  const BootstrapOptions options{10};
  const MeasuredRows missing{4, {{"x", false, std::vector<double>(4, nothing)}}};
  CHECK(column_shape_estimate(missing, missing, options).value == 1.0);
  CHECK(pair_trend_estimate(missing, missing, options).value == 1.0);
  const MeasuredRows one{1, {{"x", false, {2.0}}, {"w", true, {0.0}}}};
  const Estimate alike = column_shape_estimate(one, one, options);
  CHECK(alike.value == 1.0);
  CHECK(*alike.low == 1.0);
  CHECK(pair_trend_estimate(one, one, options).value == 1.0);
  CHECK_FALSE(two_sample_estimate(one, one, 1, options).has_value());
  CHECK_THROWS_AS(column_shape_estimate(one, missing, options), Error);
  // Held-out rows of one class alone: an AUC that says nothing.
  const MeasuredRows rows = table(60, 4, 1.0);
  MeasuredRows words = rows;
  for (double& word : words.columns[2].values) word = word > 0.0 ? 1.0 : 0.0;
  MeasuredRows same = words;
  for (double& word : same.columns[2].values) word = 1.0;
  const Outcome outcome = *Outcome::of(words, 2);
  CHECK(outcome.score == OutcomeScore::auc);
  CHECK(utility_estimate(outcome, words, same, 1, options)->value == 0.5);
}

TEST_CASE("two-sample folds: their rows are those of the tables, each once a draw", "[metrics]") {
  const MeasuredRows one = table(2000, 5, 1.0), two = table(2300, 6, 1.0);
  const std::vector<ToldFold> told = two_sample_folds(one, two, 2);
  CHECK(told.size() == 5);
  std::vector<int> seen(2000, 0), seen_two(2300, 0);
  for (const ToldFold& fold : told) {
    CHECK(fold.one.size() == fold.rows_one.size());
    CHECK(fold.two.size() == fold.rows_two.size());
    for (const std::int64_t row : fold.rows_one) ++seen.at(static_cast<std::size_t>(row));
    for (const std::int64_t row : fold.rows_two) ++seen_two.at(static_cast<std::size_t>(row));
  }
  CHECK(seen == std::vector<int>(2000, 1));
  CHECK(*std::max_element(seen_two.begin(), seen_two.end()) == 1);
  CHECK(std::accumulate(seen_two.begin() + 2000, seen_two.end(), 0) > 200);
  const Estimate found = *two_sample_estimate(one, two, 2);
  // The deviation of an AUC of 2,000 against 2,000 of one distribution is 0.0091.
  CHECK(found.value == Approx(0.5).margin(0.04));
  CHECK(*found.high - *found.low == Approx(3.92 * 0.0091).epsilon(0.3));
}
