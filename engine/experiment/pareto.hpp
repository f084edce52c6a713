// Which of several points are best in several goals at once (K. Deb et al., "A fast and elitist
// multiobjective genetic algorithm: NSGA-II", IEEE Trans. Evolutionary Computation 6(2), 2002).
#pragma once

#include <cstddef>
#include <vector>

namespace vgan {

/// How good something is: the greater each of `goals`, the better. Any that is allowed is better
/// than one that is not.
struct GoalPoint {
  std::vector<double> goals;
  bool allowed = true;
};

/// Whether `a` is better than `b`: in one goal or more, and worse in none.
bool dominates(const GoalPoint& a, const GoalPoint& b);

/// Points by their fronts, in ascending order: the first front is of those that none dominates,
/// each other one of those that none but points of the fronts before dominate. Their number squared
/// is what it takes.
std::vector<std::vector<std::size_t>> fronts_of(const std::vector<GoalPoint>& points);
/// The first front alone, in ascending order.
std::vector<std::size_t> first_front(const std::vector<GoalPoint>& points);

/// How far each point of a front is from those beside it: the sum over goals of the distance
/// between the one below and the one above, in the whole front's; infinite at either end.
std::vector<double> crowding_distances(const std::vector<GoalPoint>& points,
                                       const std::vector<std::size_t>& front);

/// The place of a point among others: its front, counted from 0, and its distance there.
struct FrontRank {
  std::size_t front = 0;
  double distance = 0.0;

  bool is_before(const FrontRank& other) const {
    return front != other.front ? front < other.front : distance > other.distance;
  }
};
/// The best `count` points, by front and, in the last that is taken, by distance; the best first.
struct BestPoints {
  std::vector<std::size_t> points;
  std::vector<FrontRank> ranks;  ///< of each
};
BestPoints best_points(const std::vector<GoalPoint>& points, std::size_t count);

/// Up to `count` points of a front, spread over it: those that crowd most are left out first, an
/// eighth of what is too many at a time. In ascending order.
std::vector<std::size_t> thinned(const std::vector<GoalPoint>& points,
                                 std::vector<std::size_t> front, std::size_t count);

}  // namespace vgan
