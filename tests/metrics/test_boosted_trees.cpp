// Boosted trees beside scikit-learn's, and a split beside a search of all of them.
#include "engine/metrics/boosted_trees.hpp"

#include <cmath>

#include "engine/base/error.hpp"
#include "engine/metrics/scores.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/metrics/golden_tables.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::vector<std::int32_t> classes_of(const MeasuredColumn& column) {
  std::vector<std::int32_t> made;
  for (const double value : column.values) made.push_back(static_cast<std::int32_t>(value));
  return made;
}

MeasuredRows inputs_of(const MeasuredRows& rows) {
  MeasuredRows made{rows.rows, {}};
  for (const char* name : {"speed", "angle", "load", "kind", "site"}) {
    made.columns.push_back(rows.columns[place_of(rows, name)]);
  }
  return made;
}

// The score of trees learned from `train` over `test`, as the recipe has it.
double score(const GoldenTables& tables, const MeasuredRows& train, const std::string& outcome) {
  const std::size_t at = place_of(train, outcome);
  const MeasuredColumn& learned = train.columns[at];
  const MeasuredColumn& wanted = tables.test.columns[at];
  const MeasuredRows inputs = inputs_of(train), test = inputs_of(tables.test);
  if (outcome == "force") {
    return r_squared(wanted.values, BoostedTrees(inputs, learned.values).scores(test));
  }
  if (outcome == "grade") {
    return accuracy(classes_of(wanted), BoostedTrees(inputs, classes_of(learned), 3).classes(test));
  }
  std::vector<std::uint8_t> positive;
  for (const std::int32_t c : classes_of(wanted)) positive.push_back(c == 1 ? 1 : 0);
  return auc(positive, BoostedTrees(inputs, classes_of(learned), 2).scores(test));
}

MeasuredColumn noise(const char* name, std::uint64_t stream, std::int64_t rows) {
  MeasuredColumn made{name, false, {}};
  for (std::int64_t i = 0; i < rows; ++i) {
    made.values.push_back(math::gaussian(7, stream, static_cast<std::uint64_t>(i)));
  }
  return made;
}

}  // namespace

TEST_CASE("boosted trees: score what scikit-learn's score", "[metrics]") {
  const GoldenTables tables;
  // The two sum gradients in another order, so that of splits that are equal but for rounding each
  // takes its own.
  constexpr double near = 0.01;
  for (const char* outcome : {"force", "verdict", "grade"}) {
    INFO(outcome);
    CHECK(std::fabs(score(tables, tables.train, outcome) -
                    tables.expected.at("boosted").at(outcome).get<double>()) <= near);
    CHECK(std::fabs(score(tables, tables.drawn, outcome) -
                    tables.expected.at("boosted_by_drawn").at(outcome).get<double>()) <= near);
  }
}

TEST_CASE("boosted trees: on one column of few bins they are scikit-learn's", "[metrics]") {
  // Numbers and words that may be missing, words of which one is too rare to be asked for.
  const GoldenTables tables;
  const std::size_t force = place_of(tables.drawn, "force");
  for (const auto& [name, wanted] : tables.expected.at("boosted_alone").items()) {
    INFO(name);
    const std::size_t at = place_of(tables.drawn, name);
    const BoostedTrees trees(MeasuredRows{tables.drawn.rows, {tables.drawn.columns[at]}},
                             tables.drawn.columns[force].values);
    const std::vector<double> found =
        trees.scores(MeasuredRows{tables.test.rows, {tables.test.columns[at]}});
    // The two round gradients to float, and leaves are sums of many.
    CHECK(std::fabs(r_squared(tables.test.columns[force].values, found) - wanted.get<double>()) <=
          1e-6);
  }
}

TEST_CASE("boosted trees: the split of a column is the best there is", "[metrics]") {
  // 300 rows, some missing; the gradient depends on the column.
  constexpr std::int64_t rows = 300;
  MeasuredColumn column = noise("x", 1, rows);
  const MeasuredColumn other = noise("y", 2, rows);
  std::vector<double> gradients;
  for (std::size_t i = 0; i < rows; ++i) {
    gradients.push_back(other.values[i] + (column.values[i] > 0.4 ? 1.0 : 0.0));
    if (i % 11 == 0) column.values[i] = nothing, gradients[i] += 2.0;
  }
  const TreeBins bins(MeasuredRows{rows, {column}});
  const BinnedRows binned = bins.binned(MeasuredRows{rows, {column}});
  Histogram histogram(TreeBins::most + 1);
  LossSums total;
  for (std::size_t i = 0; i < rows; ++i) {
    histogram[binned[0][i]] += {gradients[i], 1.0, 1};
    total += {gradients[i], 1.0, 1};
  }
  const TreeSplit found = best_split(histogram, 0, bins.columns()[0], total, {});
  double best = 0.0;
  for (const double cut : column.values) {
    for (const bool missing_left : {false, true}) {
      LossSums left;
      for (std::size_t i = 0; i < rows; ++i) {
        const bool goes = std::isnan(column.values[i]) ? missing_left : column.values[i] <= cut;
        if (goes) left += {gradients[i], 1.0, 1};
      }
      const LossSums right = total - left;
      if (left.rows < 20 || right.rows < 20) continue;
      best = std::max(best, left.gain() + right.gain() - total.gain());
    }
  }
  CHECK(found.gain == Approx(best).epsilon(1e-9));
  LossSums left;
  for (std::size_t i = 0; i < rows; ++i) {
    if (found.goes_left(binned[0][i])) left += {gradients[i], 1.0, 1};
  }
  CHECK(left.rows == found.left.rows);
  CHECK(left.gradient == Approx(found.left.gradient));
}

TEST_CASE("boosted trees: bins", "[metrics]") {
  MeasuredColumn many{"many", false, {}}, word{"word", true, {}};
  for (int i = 0; i < 10000; ++i) {
    many.values.push_back(i % 1000);
    word.values.push_back(i < 9000 ? i % 300 : 299);
  }
  const MeasuredColumn few{"few", false, std::vector<double>(10000, 3.0)};
  const TreeBins bins(MeasuredRows{10000, {many, word, few}});
  CHECK(bins.columns()[0].bins == 255);
  CHECK(bins.columns()[1].bins == 255);
  CHECK(bins.columns()[1].has_missing);  // those beyond the most frequent 255
  CHECK(bins.columns()[2].bins == 1);
  const BinnedRows binned = bins.binned(MeasuredRows{
      2,
      {{"many", false, {-5.0, nothing}}, {"word", true, {299, 300}}, {"few", false, {2.0, 4.0}}}});
  CHECK(binned[0] == std::vector<std::uint8_t>{0, TreeBins::missing});
  CHECK(binned[1] == std::vector<std::uint8_t>{0, TreeBins::missing});
  CHECK(binned[2] == std::vector<std::uint8_t>{0, 0});
}

TEST_CASE("boosted trees: what cannot be learned", "[metrics]") {
  const MeasuredRows inputs{30, {noise("x", 1, 30)}};
  const std::vector<double> same(30, 4.0);
  CHECK(BoostedTrees(inputs, same).scores(inputs) == same);
  // No row of class 1, and none of class 2.
  const std::vector<std::int32_t> zeros(30, 0);
  CHECK(BoostedTrees(inputs, zeros, 2).classes(inputs) == zeros);
  CHECK(BoostedTrees(inputs, zeros, 3).classes(inputs) == zeros);
  const MeasuredRows empty{0, {{"x", false, {}}}};
  CHECK_THROWS_AS(BoostedTrees(empty, std::vector<double>{}), Error);
  CHECK_THROWS_AS(BoostedTrees(inputs, std::vector<std::int32_t>(30, 5), 3), Error);
  CHECK_THROWS_AS(BoostedTrees(inputs, same).classes(inputs), Error);
  CHECK_THROWS_AS(BoostedTrees(inputs, same).scores(empty.without(0)), Error);
}
