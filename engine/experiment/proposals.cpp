#include "engine/experiment/proposals.hpp"

#include <algorithm>
#include <utility>

namespace vgan {
namespace {

constexpr double first_distance = 0.5, least_distance = 0.01;

std::vector<std::size_t> apart(const std::vector<Candidate>& all, const SettingSpace& space,
                               const std::vector<std::size_t>& order, std::size_t count,
                               double distance) {
  std::vector<std::size_t> chosen;
  for (const std::size_t at : order) {
    if (chosen.size() == count) break;
    const bool near = std::any_of(chosen.begin(), chosen.end(), [&](std::size_t other) {
      return space.distance(all[at].settings, all[other].settings) < distance;
    });
    if (!near) chosen.push_back(at);
  }
  return chosen;
}

}  // namespace

std::vector<std::size_t> propose(const std::vector<Candidate>& all, const SettingSpace& space,
                                 std::size_t count) {
  const bool any_allowed =
      std::any_of(all.begin(), all.end(), [](const Candidate& one) { return one.point.allowed; });
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].point.allowed == any_allowed) order.push_back(i);
  }
  const auto by_first_goal = [&](std::size_t a, std::size_t b) {
    return all[a].point.goals[0] > all[b].point.goals[0];
  };
  if (!order.empty() && all[order[0]].point.goals.size() > 1) {
    std::vector<GoalPoint> points;
    for (const std::size_t at : order) points.push_back(all[at].point);
    std::vector<std::size_t> chosen;
    for (const std::size_t at : thinned(points, first_front(points), count)) {
      chosen.push_back(order[at]);
    }
    std::stable_sort(chosen.begin(), chosen.end(), by_first_goal);
    return chosen;
  }
  std::stable_sort(order.begin(), order.end(), by_first_goal);
  double distance = first_distance;
  std::vector<std::size_t> chosen = apart(all, space, order, count, distance);
  while (chosen.size() < std::min(count, order.size())) {
    distance = distance > least_distance ? 0.5 * distance : 0.0;
    chosen = apart(all, space, order, count, distance);
  }
  return chosen;
}

}  // namespace vgan
