// Means, deviations and quantiles of shares of cells, beside those of the numbers themselves.
#include "engine/encode/cell_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using vgan::testing::Dice;

namespace {

using Numbers = std::vector<double>;
using Shares = std::vector<float>;

Head number_head(bool missing = false) { return {0, 1, HeadKind::number, missing ? 1 : -1}; }

double uniform(Dice& dice) { return static_cast<double>(dice.word() >> 11) * 0x1p-53; }

// Skewed numbers, all different.
Numbers skewed(std::size_t count, std::uint64_t seed) {
  Dice dice(seed);
  Numbers made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(-std::log(1.0 - uniform(dice)));
  std::sort(made.begin(), made.end());
  return made;
}

Shares data_shares(const CellColumn& column, float missing = 0.0F) {
  Shares shares(column.shares().begin(), column.shares().end());
  for (float& share : shares) share *= 1.0F - missing;
  if (column.may_be_missing()) shares.push_back(missing);
  return shares;
}

double mean_of(const Numbers& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
}

double deviation_of(const Numbers& numbers) {
  const double mean = mean_of(numbers);
  double squares = 0.0;
  for (const double number : numbers) squares += (number - mean) * (number - mean);
  return std::sqrt(squares / static_cast<double>(numbers.size()));
}

}  // namespace

TEST_CASE("several quantiles are those found one by one", "[encode]") {
  const Numbers grid = {1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 5, 5, 5, 5, 8, 8, 8, 8, 8, 8};
  for (const Numbers& numbers : {skewed(300, 5), grid}) {
    const CellColumn column = CellColumn::of_numbers(number_head(), numbers, false);
    Shares shares = data_shares(column);
    shares.front() = shares[shares.size() / 2] = 0.0F;
    const CellDistribution distribution(column, shares);
    Numbers levels;
    for (int i = 0; i <= 50; ++i) levels.push_back(i / 50.0);
    const Numbers found = distribution.quantiles(levels);
    REQUIRE(found.size() == levels.size());
    for (std::size_t i = 0; i < levels.size(); ++i) {
      CHECK(found[i] == distribution.quantile(levels[i]));
      if (i > 0) CHECK(found[i] >= found[i - 1]);
    }
  }
}

TEST_CASE("the data's own shares give the data's mean, deviation and quantiles", "[encode]") {
  const Numbers sorted = skewed(1000, 7);
  const CellColumn column = CellColumn::of_numbers(number_head(), sorted, false);
  REQUIRE(column.kind() == CellColumn::Kind::quantile);
  const Shares shares = data_shares(column);
  const CellDistribution distribution(column, shares);
  CHECK(distribution.missing() == 0.0);
  CHECK(distribution.mean() == Approx(mean_of(sorted)).epsilon(1e-5));
  CHECK(distribution.deviation() == Approx(deviation_of(sorted)).epsilon(1e-5));
  for (int step = 0; step <= 200; ++step) {
    const double level = step / 200.0;
    // Within two ranks of the one that is asked for.
    const double rank = level * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(std::max(rank - 2.0, 0.0));
    const auto high = std::min(static_cast<std::size_t>(rank + 3.0), sorted.size() - 1);
    INFO("level " << level);
    const double found = distribution.quantile(level);
    CHECK(found >= sorted[low]);
    CHECK(found <= sorted[high]);
    if (level > 0.0 && level < 1.0) {
      CHECK(distribution.share_below(found) == Approx(level).margin(1e-4));
    }
  }
  CHECK(distribution.quantile(0.0) == sorted.front());
  CHECK(distribution.quantile(1.0) == sorted.back());
  CHECK(distribution.share_below(sorted.front() - 1e-9) == 0.0);
  CHECK(distribution.share_below(sorted.back()) == Approx(1.0));
}

TEST_CASE("quantiles of any shares are those of numbers drawn cell by cell", "[encode]") {
  Dice dice(11);
  const CellColumn column = CellColumn::of_numbers(number_head(), skewed(700, 3), false);
  for (int round = 0; round < 5; ++round) {
    Shares shares;
    for (std::size_t cell = 0; cell < column.size(); ++cell) {
      shares.push_back(dice.roll(3) == 0 ? static_cast<float>(uniform(dice)) : 0.0F);
    }
    const float sum = std::accumulate(shares.begin(), shares.end(), 0.0F);
    Numbers drawn;
    for (std::size_t cell = 0; cell < column.size(); ++cell) {
      const auto count = static_cast<int>(std::lround(20000.0F * shares[cell] / sum));
      for (int i = 0; i < count; ++i) {
        drawn.push_back(column.number_at(cell, (static_cast<double>(i) + 0.5) / count));
      }
    }
    std::sort(drawn.begin(), drawn.end());
    const CellDistribution distribution(column, shares);
    for (const double level : {0.013, 0.05, 0.31, 0.5, 0.77, 0.95, 0.999}) {
      const auto at = static_cast<std::size_t>(level * static_cast<double>(drawn.size()));
      const double found = distribution.quantile(level);
      INFO("round " << round << ", level " << level);
      CHECK(found >= drawn[at - 10]);
      CHECK(found <= drawn[std::min(at + 10, drawn.size() - 1)]);
    }
    // Nothing lies where no share is.
    const auto first = static_cast<std::size_t>(
        std::find_if(shares.begin(), shares.end(), [](float share) { return share > 0.0F; }) -
        shares.begin());
    CHECK(distribution.quantile(0.0) == column.members(first).front());
    CHECK(distribution.quantile(1.0) == Approx(drawn.back()).epsilon(0.02));
  }
}

TEST_CASE("a number that many rows have is a quantile as often as it comes", "[encode]") {
  Numbers numbers = skewed(600, 5);
  numbers.insert(numbers.end(), 400, 0.5);  // of which a cell keeps but a part
  std::sort(numbers.begin(), numbers.end());
  const CellColumn column = CellColumn::of_numbers(number_head(), numbers, false);
  REQUIRE(column.kind() == CellColumn::Kind::quantile);
  const Shares shares = data_shares(column);
  const CellDistribution distribution(column, shares);
  const auto first = std::lower_bound(numbers.begin(), numbers.end(), 0.5) - numbers.begin();
  for (const std::ptrdiff_t rank : {first + 2, first + 200, first + 398}) {
    CHECK(distribution.quantile(static_cast<double>(rank) / 1000.0) == 0.5);
  }
  CHECK(distribution.quantile(static_cast<double>(first - 5) / 1000.0) < 0.5);
  CHECK(distribution.quantile(static_cast<double>(first + 405) / 1000.0) > 0.5);
  CHECK(distribution.share_below(0.5) ==
        Approx(static_cast<double>(first + 400) / 1000.0).margin(1e-5));
}

TEST_CASE("quantiles of numbers that come again are such numbers", "[encode]") {
  Dice dice(17);
  Numbers numbers;
  for (int i = 0; i < 2000; ++i) numbers.push_back(static_cast<double>(dice.roll(300)));
  std::sort(numbers.begin(), numbers.end());
  const CellColumn column = CellColumn::of_numbers(number_head(), numbers, false);
  REQUIRE(column.kind() == CellColumn::Kind::quantile);
  const Shares shares = data_shares(column);
  const CellDistribution distribution(column, shares);
  for (int step = 0; step <= 100; ++step) {
    const double found = distribution.quantile(step / 100.0);
    CHECK(found == std::floor(found));
  }
  CHECK(distribution.quantile(0.25) == Approx(numbers[500]).margin(2.0));
  CHECK(distribution.share_below(numbers[500]) >= 0.25 - 0.01);
}

TEST_CASE("quantiles of a grid are its values", "[encode]") {
  const Numbers values = {1.0, 2.0, 5.0, 10.0};
  Numbers numbers;
  for (int i = 0; i < 40; ++i) numbers.push_back(values[static_cast<std::size_t>(i) % 4]);
  const CellColumn column = CellColumn::of_numbers(number_head(), numbers, true);
  REQUIRE(column.kind() == CellColumn::Kind::grid);
  const Shares shares = {0.0F, 0.25F, 0.5F, 0.25F};
  const CellDistribution distribution(column, shares);
  CHECK(distribution.mean() == 5.5);
  CHECK(distribution.deviation() == Approx(std::sqrt(0.25 * 12.25 + 0.5 * 0.25 + 0.25 * 20.25)));
  CHECK(distribution.quantile(0.0) == 2.0);
  CHECK(distribution.quantile(0.25) == 2.0);
  CHECK(distribution.quantile(0.26) == 5.0);
  CHECK(distribution.quantile(0.75) == 5.0);
  CHECK(distribution.quantile(1.0) == 10.0);
  CHECK(distribution.share_below(1.9) == 0.0);
  CHECK(distribution.share_below(5.0) == 0.75);
  CHECK(distribution.share_below(9.9) == 0.75);
}

TEST_CASE("a flag is a number of 0 and 1", "[encode]") {
  const CellColumn column = CellColumn::of_category({0, 1, HeadKind::flag, -1});
  const Shares shares = {0.3F, 0.7F};
  const CellDistribution distribution(column, shares);
  CHECK(distribution.mean() == Approx(0.7));
  CHECK(distribution.deviation() == Approx(std::sqrt(0.21)));
  CHECK(distribution.quantile(0.2) == 0.0);
  CHECK(distribution.quantile(0.5) == 1.0);
}

TEST_CASE("the share of a missing number is left out", "[encode]") {
  const Numbers sorted = skewed(500, 23);
  const CellColumn column = CellColumn::of_numbers(number_head(true), sorted, false);
  const Shares whole = data_shares(column), part = data_shares(column, 0.4F);
  const CellDistribution known(column, whole), some(column, part);
  CHECK(known.missing() == 0.0);
  CHECK(some.missing() == Approx(0.4));
  CHECK(some.mean() == Approx(known.mean()));
  CHECK(some.quantile(0.9) == Approx(known.quantile(0.9)).epsilon(1e-4));

  // Where nothing but a missing number is probable, the known ones are as the data have them.
  Shares none(column.size(), 0.0F);
  none.back() = 1.0F;
  const CellDistribution missing(column, none);
  CHECK(missing.missing() == 1.0);
  CHECK(missing.mean() == Approx(mean_of(sorted)).epsilon(1e-5));
  CHECK(missing.quantile(0.52) == Approx(known.quantile(0.52)).epsilon(1e-4));
}
