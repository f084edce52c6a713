#include "engine/experiment/pareto.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace vgan {

bool dominates(const GoalPoint& a, const GoalPoint& b) {
  if (a.allowed != b.allowed) return a.allowed;
  bool better = false;
  for (std::size_t k = 0; k < a.goals.size(); ++k) {
    if (a.goals[k] < b.goals[k]) return false;
    better = better || a.goals[k] > b.goals[k];
  }
  return better;
}

std::vector<std::vector<std::size_t>> fronts_of(const std::vector<GoalPoint>& points) {
  std::vector<std::vector<std::size_t>> below(points.size());
  std::vector<std::size_t> above(points.size(), 0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      if (dominates(points[i], points[j])) {
        below[i].push_back(j);
        ++above[j];
      } else if (dominates(points[j], points[i])) {
        below[j].push_back(i);
        ++above[i];
      }
    }
  }
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (above[i] == 0) front.push_back(i);
  }
  std::vector<std::vector<std::size_t>> fronts;
  while (!front.empty()) {
    std::vector<std::size_t> next;
    for (const std::size_t i : front) {
      for (const std::size_t j : below[i]) {
        if (--above[j] == 0) next.push_back(j);
      }
    }
    std::sort(next.begin(), next.end());
    fronts.push_back(std::move(front));
    front = std::move(next);
  }
  return fronts;
}

std::vector<std::size_t> first_front(const std::vector<GoalPoint>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    const GoalPoint &a = points[i], &b = points[j];
    if (a.allowed != b.allowed) return a.allowed;
    return a.goals != b.goals ? a.goals > b.goals : i < j;
  });
  // A point comes behind all that dominate it, and those of a front dominate what any others do.
  std::vector<std::size_t> front;
  for (const std::size_t i : order) {
    const bool dominated = std::any_of(front.rbegin(), front.rend(), [&](std::size_t j) {
      return dominates(points[j], points[i]);
    });
    if (!dominated) front.push_back(i);
  }
  std::sort(front.begin(), front.end());
  return front;
}

std::vector<double> crowding_distances(const std::vector<GoalPoint>& points,
                                       const std::vector<std::size_t>& front) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> distances(front.size(), 0.0);
  if (front.empty()) return distances;
  std::vector<std::size_t> order(front.size());
  for (std::size_t k = 0; k < points[front[0]].goals.size(); ++k) {
    const auto value = [&](std::size_t at) { return points[front[at]].goals[k]; };
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    const double whole = value(order.back()) - value(order.front());
    distances[order.front()] = distances[order.back()] = infinity;
    if (!(whole > 0.0)) continue;
    for (std::size_t i = 1; i + 1 < order.size(); ++i) {
      distances[order[i]] += (value(order[i + 1]) - value(order[i - 1])) / whole;
    }
  }
  return distances;
}

BestPoints best_points(const std::vector<GoalPoint>& points, std::size_t count) {
  BestPoints made;
  const std::vector<std::vector<std::size_t>> fronts = fronts_of(points);
  for (std::size_t at = 0; at < fronts.size() && made.points.size() < count; ++at) {
    const std::vector<double> distances = crowding_distances(points, fronts[at]);
    std::vector<std::size_t> order(distances.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return distances[a] > distances[b]; });
    order.resize(std::min(order.size(), count - made.points.size()));
    for (const std::size_t i : order) {
      made.points.push_back(fronts[at][i]);
      made.ranks.push_back({at, distances[i]});
    }
  }
  return made;
}

std::vector<std::size_t> thinned(const std::vector<GoalPoint>& points,
                                 std::vector<std::size_t> front, std::size_t count) {
  constexpr std::size_t part = 8;
  while (front.size() > count) {
    const std::vector<double> distances = crowding_distances(points, front);
    std::vector<std::size_t> order(front.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return distances[a] > distances[b]; });
    const std::size_t dropped = std::max<std::size_t>((front.size() - count) / part, 1);
    order.resize(front.size() - dropped);
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> kept;
    for (const std::size_t i : order) kept.push_back(front[i]);
    front = std::move(kept);
  }
  return front;
}

}  // namespace vgan
