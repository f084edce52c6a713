// How columns go together: values that can be checked by hand.
#include "engine/report/associations.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

using namespace vgan;
using Catch::Matchers::WithinAbs;

namespace {

MeasuredColumn numbers(std::vector<double> values) { return {"x", false, std::move(values)}; }
MeasuredColumn words(std::vector<double> values) { return {"w", true, std::move(values)}; }

}  // namespace

TEST_CASE("numbers are associated by Pearson's correlation", "[engine][report]") {
  CHECK_THAT(association(numbers({1, 2, 3}), numbers({5, 7, 9})), WithinAbs(1.0, 1e-12));
  CHECK_THAT(association(numbers({1, 2, 3}), numbers({9, 7, 5})), WithinAbs(-1.0, 1e-12));
  // Sums of products by hand: 2.5 / sqrt(5 * 1.75).
  CHECK_THAT(association(numbers({1, 2, 3, 4}), numbers({1, 1.5, 1, 2.5})),
             WithinAbs(2.0 / std::sqrt(5.0 * 1.5), 1e-12));
  CHECK(std::isnan(association(numbers({1, 1, 1}), numbers({1, 2, 3}))));
  // A row that lacks a value says nothing.
  CHECK_THAT(association(numbers({1, 2, 3, std::nan("")}), numbers({5, 7, 9, -100})),
             WithinAbs(1.0, 1e-12));
  // Means that are large beside the spread.
  CHECK_THAT(association(numbers({1e9 + 1, 1e9 + 2, 1e9 + 3}), numbers({5, 7, 9})),
             WithinAbs(1.0, 1e-9));
}

TEST_CASE("words are associated by Cramer's V and with numbers by eta", "[engine][report]") {
  CHECK_THAT(association(words({0, 0, 1, 1}), words({1, 1, 0, 0})), WithinAbs(1.0, 1e-12));
  CHECK_THAT(association(words({0, 0, 1, 1}), words({0, 1, 0, 1})), WithinAbs(0.0, 1e-12));
  CHECK(std::isnan(association(words({0, 0, 0}), words({0, 1, 0}))));
  CHECK_THAT(association(words({0, 0, 1, 1}), numbers({1, 1, 5, 5})), WithinAbs(1.0, 1e-12));
  // Between words 4 of a sum of squares of 8.
  CHECK_THAT(association(numbers({0, 2, 2, 4}), words({0, 0, 1, 1})),
             WithinAbs(std::sqrt(0.5), 1e-12));
}

TEST_CASE("pairs of columns that agree least come first", "[engine][report]") {
  std::vector<double> one, two, other;
  for (int i = 0; i < 400; ++i) {
    one.push_back(i % 20);
    two.push_back((i * 7) % 20);
    other.push_back(19 - i % 20);
  }
  const MeasuredRows real{400, {numbers(one), numbers(one), numbers(two)}};
  const MeasuredRows samples{400, {numbers(one), numbers(other), numbers(two)}};
  const auto worst = worst_pairs(real, samples, {0, 1, 2}, 2);
  REQUIRE(worst.size() == 2);
  CHECK(worst[0].one == 0);
  CHECK(worst[0].two == 1);
  CHECK(worst[0].likeness < worst[1].likeness);
  CHECK_THAT(worst_pairs(real, real, {0, 1, 2}, 1)[0].likeness, WithinAbs(1.0, 1e-12));
  CHECK(worst_pairs(real, samples, {0}, 5).empty());
}
