#include "engine/data/constraints.hpp"

#include <algorithm>

namespace vgan {
namespace {

bool has(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

}  // namespace

const Constraints::Derived* Constraints::derived_at(std::size_t column) const {
  const auto found = std::find_if(derived.begin(), derived.end(),
                                  [&](const Derived& one) { return one.column == column; });
  return found == derived.end() ? nullptr : &*found;
}

const Constraints::Combination* Constraints::combination_at(std::size_t column) const {
  const auto found = std::find_if(combinations.begin(), combinations.end(),
                                  [&](const Combination& one) { return has(one.columns, column); });
  return found == combinations.end() ? nullptr : &*found;
}

bool Constraints::is_settled(std::size_t column) const {
  return std::any_of(orders.begin(), orders.end(),
                     [&](const Order& order) { return order.upper == column; }) ||
         std::any_of(sums.begin(), sums.end(),
                     [&](const Sum& sum) { return has(sum.parts, column); });
}

}  // namespace vgan
