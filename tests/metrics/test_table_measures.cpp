// Shape, trend, closest rows and scores against SciPy and scikit-learn, and where they are known.
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/metrics/closest_record.hpp"
#include "engine/metrics/column_shape.hpp"
#include "engine/metrics/known_rows.hpp"
#include "engine/metrics/pair_trend.hpp"
#include "engine/metrics/scores.hpp"
#include "tests/metrics/golden_tables.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// What both sides compute in double, from the same numbers.
constexpr double rounding = 1e-9;

MeasuredColumn numbers(const std::vector<double>& values) { return {"x", false, values}; }
MeasuredColumn words(const std::vector<double>& values) { return {"w", true, values}; }

MeasuredRows rows_of(const std::vector<MeasuredColumn>& columns) {
  return {std::ssize(columns.front().values), columns};
}

}  // namespace

TEST_CASE("column shape: agrees with SciPy's KS distance and pandas' shares", "[metrics]") {
  const GoldenTables tables;
  double sum = 0.0;
  for (const auto& [name, wanted] : tables.expected.at("shape").items()) {
    const std::size_t at = place_of(tables.test, name);
    INFO(name);
    CHECK(std::fabs(column_shape(tables.test.columns[at], tables.drawn.columns[at]) -
                    wanted.get<double>()) <= rounding);
    sum += wanted.get<double>();
  }
  CHECK(std::fabs(column_shape(tables.test, tables.drawn) - sum / 8.0) <= rounding);
}

TEST_CASE("column shape: by hand", "[metrics]") {
  CHECK(column_shape(numbers({1, 2, 3, 4}), numbers({4, 3, 2, 1})) == 1.0);
  CHECK(column_shape(numbers({1, 2}), numbers({3, 4, 5})) == 0.0);
  CHECK(column_shape(numbers({1, 2, 3, 4}), numbers({1, 2, 3, 9})) == 0.75);
  CHECK(column_shape(numbers({nothing, 1}), numbers({1, 1})) == 0.5);
  CHECK(column_shape(words({0, 0, 1, nothing}), words({0, 1, 1, 2})) == 0.5);
  CHECK_THROWS_AS(column_shape(words({0}), numbers({0})), Error);
  CHECK_THROWS_AS(column_shape(numbers({}), numbers({0})), Error);
}

TEST_CASE("pair trend: agrees with pandas' tables of pairs", "[metrics]") {
  const GoldenTables tables;
  const nlohmann::json& wanted = tables.expected.at("trend");
  CHECK(std::fabs(pair_trend(tables.test, tables.drawn) - wanted.at("drawn").get<double>()) <=
        rounding);
  CHECK(std::fabs(pair_trend(tables.test, tables.train) - wanted.at("train").get<double>()) <=
        rounding);
}

TEST_CASE("pair trend: sees what no single column shows", "[metrics]") {
  std::vector<double> up, down;
  for (int i = 0; i < 64; ++i) up.push_back(i), down.push_back(63 - i);
  const MeasuredRows rising = rows_of({numbers(up), numbers(up)});
  const MeasuredRows falling = rows_of({numbers(up), numbers(down)});
  CHECK(column_shape(rising, falling) == 1.0);
  CHECK(pair_trend(rising, rising) == 1.0);
  CHECK(pair_trend(rising, falling) == 0.0);
  CHECK(pair_trend(rows_of({numbers(up)}), rows_of({numbers(down)})) == 1.0);
  // Nine words: the two rarest share a cell, and so does a word that the reference has not.
  const ColumnCells cells(words({0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8}));
  CHECK(cells.cells_of(words({0, 6, 7, 8, 20, nothing})) ==
        std::vector<std::uint8_t>{0, 6, 7, 7, 7, 8});
  CHECK_THROWS_AS(pair_trend(rising, rows_of({numbers({1})})), Error);
}

TEST_CASE("pair trend: of many columns as many pairs are looked at as are said", "[metrics]") {
  std::vector<MeasuredColumn> columns;
  for (int c = 0; c < 80; ++c) columns.push_back(numbers({1.0 * c, 2.0, 3.0 + c, 5.0}));
  const MeasuredRows rows = rows_of(columns);
  CHECK(pair_trend(rows, rows, 3) == 1.0);
}

TEST_CASE("closest rows: agree with SciPy's k-d tree", "[metrics]") {
  const GoldenTables tables;
  const RecordDistance distance(tables.train);
  KnownRows known;
  known.add(tables.train);
  for (const auto& [name, wanted] : tables.expected.at("closest").items()) {
    INFO(name);
    const MeasuredRows& rows = name == "test" ? tables.test : tables.drawn;
    // Distances are summed in float.
    CHECK(std::fabs(distance.median(rows) - wanted.at("median").get<double>()) <= 1e-5);
    CHECK(std::fabs(known.share_of_copies(rows) - wanted.at("copies").get<double>()) <= rounding);
  }
}

TEST_CASE("closest rows: by hand", "[metrics]") {
  // Deviation 2; the closest to (3, word 1) is (4, word 1), half a deviation away.
  const RecordDistance distance(rows_of({numbers({0, 4, 0, 4}), words({0, 1, 0, 1})}));
  CHECK(distance.median(rows_of({numbers({3}), words({1})})) == Approx(0.5));
  CHECK(distance.median(rows_of({numbers({4}), words({0})})) == Approx(1.0));
  CHECK(distance.median(rows_of({numbers({4, 5}), words({1, 1})})) == Approx(0.25));
  // A number that is missing stands at the mean, one deviation away, and one further apart.
  CHECK(distance.median(rows_of({numbers({nothing}), words({1})})) == Approx(std::sqrt(2.0)));
  CHECK_THROWS_AS(distance.median(rows_of({numbers({nothing})})), Error);
}

TEST_CASE("closest rows: which, and how near the next is", "[metrics]") {
  const RecordDistance distance(rows_of({numbers({0, 4, 0, 4}), words({0, 1, 0, 1})}));
  const auto found = distance.closest(rows_of({numbers({3, nothing}), words({1, 0})}));
  REQUIRE(found.size() == 2);
  CHECK(found[0].row == 1);
  CHECK(found[0].distance == Approx(0.5));
  CHECK(found[0].second == Approx(0.5));
  // No training row lacks a number, so that all are one word further from one that does.
  CHECK(found[1].row == 0);
  CHECK(found[1].distance == Approx(std::sqrt(2.0)));
  CHECK(found[1].second == Approx(std::sqrt(2.0)));
  const auto others = distance.closest_others();
  REQUIRE(others.size() == 4);
  CHECK(others[0].row == 2);
  CHECK(others[0].distance == 0.0);
  CHECK(others[0].second == Approx(std::sqrt(5.0)));
  const RecordDistance single(rows_of({numbers({1}), words({0})}));
  CHECK(single.closest_others()[0].distance == HUGE_VAL);
  CHECK(single.closest(rows_of({numbers({1}), words({0})}))[0].second == HUGE_VAL);
}

TEST_CASE("closest rows: a missing number is a word that may be shared", "[metrics]") {
  const RecordDistance distance(
      rows_of({numbers({1, nothing, 3}), numbers({1, 1, 1}), words({0, nothing, 1})}));
  const auto found = distance.closest(
      rows_of({numbers({nothing, nothing}), numbers({1, nothing}), words({nothing, 1})}));
  CHECK(found[0].row == 1);
  CHECK(found[0].distance == 0.0);
  // From (mean, 1, missing): the second number and the word are amiss. From (3, 1, 1): a deviation,
  // and both numbers.
  CHECK(found[1].row == 1);
  CHECK(found[1].distance == Approx(std::sqrt(2.0)));
  CHECK(found[1].second == Approx(std::sqrt(3.0)));
}

TEST_CASE("copies: cell for cell", "[metrics]") {
  KnownRows known;
  known.add(rows_of({numbers({1, nothing}), words({0, 1})}));
  known.add(rows_of({numbers({0.0}), words({nothing})}));
  const auto copies = [&](double number, double word) {
    return known.share_of_copies(rows_of({numbers({number}), words({word})}));
  };
  CHECK(copies(1, 0) == 1.0);
  CHECK(copies(nothing, 1) == 1.0);
  CHECK(copies(-0.0, nothing) == 1.0);
  CHECK(copies(1, 1) == 0.0);
  CHECK(copies(nothing, 0) == 0.0);
  CHECK(copies(1 + 1e-15, 0) == 0.0);
  CHECK(known.share_of_copies(rows_of({numbers({1, 2}), words({0, 0})})) == 0.5);
}

TEST_CASE("scores: agree with scikit-learn's", "[metrics]") {
  const GoldenTables tables;
  const MeasuredRows& drawn = tables.drawn;
  const std::vector<double>& speed = drawn.columns[place_of(drawn, "speed")].values;
  const std::vector<double>& force = drawn.columns[place_of(drawn, "force")].values;
  const std::size_t verdict = place_of(drawn, "verdict");
  std::vector<std::uint8_t> passed;
  std::vector<double> scores, halves;
  for (std::size_t i = 0; i < speed.size(); ++i) {
    const auto word = static_cast<std::size_t>(drawn.columns[verdict].values[i]);
    passed.push_back(tables.schema.columns[verdict].words[word] == "pass" ? 1 : 0);
    scores.push_back(std::nearbyint(speed[i] / 5.0));
    halves.push_back(speed[i] / 2.0);
  }
  CHECK(std::fabs(auc(passed, scores) - tables.expected.at("auc").get<double>()) <= rounding);
  CHECK(std::fabs(r_squared(force, halves) - tables.expected.at("r_squared").get<double>()) <=
        rounding);
}

TEST_CASE("scores: by hand", "[metrics]") {
  using Classes = std::vector<std::uint8_t>;
  using Numbers = std::vector<double>;
  CHECK(auc(Classes{0, 0, 1, 1}, Numbers{1, 2, 3, 4}) == 1.0);
  CHECK(auc(Classes{1, 1, 0, 0}, Numbers{1, 2, 3, 4}) == 0.0);
  CHECK(auc(Classes{0, 1, 0, 1}, Numbers{5, 5, 5, 5}) == 0.5);
  CHECK(auc(Classes{1, 1}, Numbers{1, 2}) == 0.5);
  CHECK(r_squared(Numbers{1, 2, 3}, Numbers{2, 2, 2}) == 0.0);
  CHECK(r_squared(Numbers{1, 2, 3}, Numbers{1, 2, 3}) == 1.0);
  CHECK(r_squared(Numbers{4, 4}, Numbers{1, 2}) == 0.0);
  CHECK(accuracy(std::vector<std::int32_t>{1, 2, 3, 3}, std::vector<std::int32_t>{1, 2, 3, 0}) ==
        0.75);
  CHECK_THROWS_AS(auc(Classes{1}, Numbers{1, 2}), Error);
}
