// Normal scores, against SciPy and against ranks counted out.
#include "engine/encode/score_curve.hpp"

#include <algorithm>
#include <cmath>

#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// The score that a value has among all, by counting: over the deviation of the scores of all.
double counted_score(const std::vector<double>& values, double value) {
  const auto raw = [&](double of) {
    double below = 0.0, same = 0.0;
    for (const double other : values) {
      below += other < of ? 1.0 : 0.0;
      same += other == of ? 1.0 : 0.0;
    }
    return normal_quantile((below + 0.5 * same) / static_cast<double>(values.size()));
  };
  double mean = 0.0, square = 0.0;
  for (const double other : values) mean += raw(other) / static_cast<double>(values.size());
  for (const double other : values) {
    square += (raw(other) - mean) * (raw(other) - mean) / static_cast<double>(values.size());
  }
  return (raw(value) - mean) / std::sqrt(square);
}

std::vector<double> random_column(Dice& dice, std::size_t rows, std::uint64_t different) {
  std::vector<double> values(rows);
  for (double& value : values) {
    const auto whole = static_cast<double>(dice.roll(different));
    value = std::exp(whole * 12.0 / static_cast<double>(different)) - 300.0;
  }
  return values;
}

}  // namespace

// python -c "from scipy.special import ndtri; print([float(ndtri(p)) for p in (1e-12, 1e-4, .1,
// .5, .975, 1 - 1e-9)])"
TEST_CASE("normal quantiles are SciPy's", "[encode]") {
  const std::vector<double> got = {normal_quantile(1e-12), normal_quantile(1e-4),
                                   normal_quantile(0.1),   normal_quantile(0.5),
                                   normal_quantile(0.975), normal_quantile(1.0 - 1e-9)};
  require_close("quantiles", got,
                std::vector<double>{-7.034483825301131, -3.7190164854556804, -1.2815515655446004,
                                    0.0, 1.959963984540054, 5.997807019601637},
                {1e-12, 1e-11});
}

TEST_CASE("scores are those of mid-ranks", "[encode]") {
  Dice dice(3);
  for (const std::uint64_t different : {2, 7, 100, 100000}) {
    const std::vector<double> values = random_column(dice, 300, different);
    const ScoreCurve curve = ScoreCurve::fit(values);
    double mean = 0.0, square = 0.0;
    for (const double value : values) {
      const double score = curve.score(value);
      REQUIRE(std::fabs(score - counted_score(values, value)) < 1e-9);
      mean += score / 300.0;
      square += score * score / 300.0;
    }
    CHECK(std::fabs(mean) < 1e-9);
    CHECK(std::fabs(square - 1.0) < 1e-9);
  }
}

TEST_CASE("values come back from their scores as they were", "[encode]") {
  Dice dice(8);
  for (int round = 0; round < 200; ++round) {
    const std::size_t rows = 1 + dice.roll(round < 190 ? 400 : 40000);
    const std::vector<double> values = random_column(dice, rows, 1 + dice.roll(100000));
    const ScoreCurve curve = ScoreCurve::fit(values);
    const double span = std::max(1.0, std::fabs(curve.high() - curve.low()));
    double last = -HUGE_VAL;
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    const bool all_knots = sorted.size() <= ScoreCurve::most_knots;
    for (const double value : sorted) {
      const double score = curve.score(value);
      REQUIRE(score >= last);
      last = score;
      const double back = curve.value(score);
      if (all_knots) {
        REQUIRE(back == value);
      } else {
        REQUIRE(std::fabs(back - value) <= 1e-12 * span);
      }
    }
    CHECK(curve.value(-1e9) == curve.low());
    CHECK(curve.value(1e9) == curve.high());
    CHECK(curve.score(curve.low() - 1.0) == curve.low_score());
    CHECK(curve.value(std::nan("")) == curve.low());
  }
}

TEST_CASE("the score of each rank gives the value of that rank, ties as often as they are",
          "[encode]") {
  Dice dice(12);
  for (const std::uint64_t different : {2, 9, 40, 400}) {
    std::vector<double> values = random_column(dice, 500, different);
    std::fill(values.begin(), values.begin() + 250, values.back());  // half of them are one
    const ScoreCurve curve = ScoreCurve::fit(values);
    std::sort(values.begin(), values.end());
    const auto raw = [](double rank) { return normal_quantile((rank + 0.5) / 500.0); };
    // What makes a score of a raw one, from the first value and the last.
    const double first = curve.knots().front().from, last = curve.knots().back().to;
    const double deviation = (last - first) / (raw(499.0) - raw(0.0));
    for (int rank = 0; rank < 500; ++rank) {
      const double score = first + (raw(rank) - raw(0.0)) * deviation;
      const double span = values.back() - values.front();
      INFO("rank " << rank << " of " << different << " values");
      CHECK(std::fabs(curve.value(score) - values[static_cast<std::size_t>(rank)]) < 1e-6 * span);
    }
  }
}

// Between knots the score of a rank is off by less than a knot's share of the ranks.
TEST_CASE("of many values some are knots, with the outermost", "[encode]") {
  Dice dice(4);
  const std::vector<double> values = random_column(dice, 30000, 1u << 30);
  const ScoreCurve curve = ScoreCurve::fit(values);
  REQUIRE(curve.knots().size() <= ScoreCurve::most_knots);
  REQUIRE(curve.knots().size() > ScoreCurve::most_knots - 100);
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < 30; ++i) {
    CHECK(curve.knots()[i].value == sorted[i]);
    CHECK(curve.knots()[curve.knots().size() - 1 - i].value == sorted[sorted.size() - 1 - i]);
  }
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double rank = 0.5 * std::erfc(-curve.score(sorted[i]) * 0.70710678118654752);
    REQUIRE(std::fabs(rank - (static_cast<double>(i) + 0.5) / 30000.0) < 0.002);
  }
}

TEST_CASE("no score gives a value beyond the ends, not by its last digit", "[encode]") {
  Dice dice(9);
  for (int round = 0; round < 20000; ++round) {
    const ScoreCurve curve = ScoreCurve::fit(random_column(dice, 2 + dice.roll(4), 100000));
    for (const ScoreCurve::Knot& knot : curve.knots()) {
      const double value = curve.value(std::nextafter(knot.score, -HUGE_VAL));
      if (!(value >= curve.low() && value <= curve.high() && value <= knot.value)) {
        FAIL("round " << round << ": " << value << " below the knot of " << knot.value);
      }
    }
  }
}
