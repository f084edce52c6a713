// Fronts and crowding, beside what the words say of them, on random points.
#include "engine/experiment/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Points on a coarse lattice, so that many are equal in a goal or in all.
std::vector<GoalPoint> random_points(std::size_t count, std::size_t goals, std::size_t values,
                                     Dice& dice) {
  std::vector<GoalPoint> points(count);
  for (GoalPoint& point : points) {
    for (std::size_t k = 0; k < goals; ++k) {
      point.goals.push_back(static_cast<double>(dice.roll(values)));
    }
    point.allowed = dice.roll(5) > 0;
  }
  return points;
}

bool better(const GoalPoint& a, const GoalPoint& b) {
  if (a.allowed && !b.allowed) return true;
  if (b.allowed && !a.allowed) return false;
  std::size_t above = 0, below = 0;
  for (std::size_t k = 0; k < a.goals.size(); ++k) {
    above += a.goals[k] > b.goals[k] ? 1 : 0;
    below += a.goals[k] < b.goals[k] ? 1 : 0;
  }
  return above > 0 && below == 0;
}

// Front by front: those that nothing left dominates.
std::vector<std::vector<std::size_t>> slow_fronts(const std::vector<GoalPoint>& points) {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < points.size(); ++i) left.push_back(i);
  std::vector<std::vector<std::size_t>> fronts;
  while (!left.empty()) {
    std::vector<std::size_t> front, others;
    for (const std::size_t i : left) {
      const bool beaten = std::any_of(left.begin(), left.end(),
                                      [&](std::size_t j) { return better(points[j], points[i]); });
      (beaten ? others : front).push_back(i);
    }
    fronts.push_back(front);
    left = others;
  }
  return fronts;
}

// The gap about a value that no other point of the front has.
double slow_distance(const std::vector<GoalPoint>& points, const std::vector<std::size_t>& front,
                     std::size_t of) {
  double sum = 0.0;
  for (std::size_t k = 0; k < points[of].goals.size(); ++k) {
    const double own = points[of].goals[k];
    double below = -INFINITY, above = INFINITY, least = own, most = own;
    for (const std::size_t other : front) {
      const double value = points[other].goals[k];
      if (value < own) below = std::max(below, value);
      if (value > own) above = std::min(above, value);
      least = std::min(least, value);
      most = std::max(most, value);
    }
    sum += (above - below) / (most - least);
  }
  return sum;
}

}  // namespace

TEST_CASE("fronts are those that nothing behind them dominates", "[generate]") {
  Dice dice(1);
  for (int round = 0; round < 60; ++round) {
    const auto points = random_points(1 + dice.roll(80), 1 + dice.roll(4), 2 + dice.roll(9), dice);
    const auto expected = slow_fronts(points);
    CHECK(fronts_of(points) == expected);
    CHECK(first_front(points) == expected[0]);
    const std::size_t count = 1 + dice.roll(points.size());
    const BestPoints best = best_points(points, count);
    REQUIRE(best.points.size() == count);
    REQUIRE(best.ranks.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& front = expected[best.ranks[i].front];
      CHECK(std::count(front.begin(), front.end(), best.points[i]) == 1);
      if (i > 0) CHECK(!best.ranks[i].is_before(best.ranks[i - 1]));
    }
    // No front is begun before the one ahead of it is whole.
    for (std::size_t at = 0; at < best.ranks.back().front; ++at) {
      const auto taken = std::count_if(best.ranks.begin(), best.ranks.end(),
                                       [&](const FrontRank& rank) { return rank.front == at; });
      CHECK(taken == std::ssize(expected[at]));
    }
  }
  CHECK(fronts_of({}).empty());
  CHECK(first_front({}).empty());
}

TEST_CASE("crowding is the gap about a point in each goal", "[generate]") {
  Dice dice(2);
  for (int round = 0; round < 40; ++round) {
    std::vector<GoalPoint> points(3 + dice.roll(30));
    for (GoalPoint& point : points) {
      for (int k = 0; k < 3; ++k) {
        point.goals.push_back(static_cast<double>(dice.word() >> 11) * 0x1p-53);
      }
    }
    const std::vector<std::size_t> front = first_front(points);
    const std::vector<double> distances = crowding_distances(points, front);
    for (std::size_t i = 0; i < front.size(); ++i) {
      const double expected = slow_distance(points, front, front[i]);
      INFO("round " << round << ", point " << i);
      if (std::isinf(distances[i])) {
        CHECK(!std::isfinite(expected));
      } else {
        CHECK(distances[i] == Approx(expected));
      }
    }
  }
}

TEST_CASE("a thinned front keeps its ends and spreads over the rest", "[generate]") {
  std::vector<GoalPoint> points;
  for (int i = 0; i <= 100; ++i) {
    const double x = i < 80 ? 0.001 * i : 0.08 + 0.046 * (i - 80);
    points.push_back({{x, -x}, true});
  }
  const std::vector<std::size_t> kept = thinned(points, first_front(points), 11);
  REQUIRE(kept.size() == 11);
  CHECK(kept.front() == 0);
  CHECK(kept.back() == 100);
  for (std::size_t i = 1; i < kept.size(); ++i) {
    CHECK(points[kept[i]].goals[0] - points[kept[i - 1]].goals[0] < 0.25);
  }
  CHECK(thinned(points, {3, 5}, 4) == std::vector<std::size_t>{3, 5});
}
