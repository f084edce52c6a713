#include "engine/models/fold_plan.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/math/permutation.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

// A pass that no epoch of training comes to.
constexpr std::uint64_t fold_pass = std::uint64_t{1} << 48;

}  // namespace

std::size_t network_count(const TrainConfig& config) {
  return static_cast<std::size_t>(std::max<std::int64_t>(1, config.folds));
}

std::int64_t rows_of_network(const TrainConfig& config, std::int64_t rows) {
  return config.folds > 0 ? rows - rows / config.folds : rows;
}

std::string network_name(std::size_t network) {
  return network == 0 ? "g" : "g" + std::to_string(network + 1);
}

std::vector<std::string> network_names(const TrainConfig& config, bool averages) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < network_count(config); ++i) {
    names.push_back(network_name(i) + (averages ? "_ema" : ""));
  }
  return names;
}

std::uint64_t network_seed(std::uint64_t seed, std::size_t network) {
  // An odd number, the golden ratio's, whose multiples lie far apart.
  return seed + 0x9E3779B97F4A7C15ULL * network;
}

FoldPlan FoldPlan::of(std::int64_t rows, std::int64_t folds, std::uint64_t seed) {
  FoldPlan plan;
  plan.order.resize(static_cast<std::size_t>(rows));
  std::iota(plan.order.begin(), plan.order.end(), std::int64_t{0});
  if (folds == 0) return plan;
  const auto count = static_cast<std::uint64_t>(rows);
  for (std::uint64_t i = 0; i < count; ++i) {
    plan.order[i] = static_cast<std::int64_t>(math::permute(i, count, seed, fold_pass));
  }
  for (std::int64_t fold = 1; fold <= folds; ++fold) plan.ends.push_back(rows * fold / folds);
  return plan;
}

std::int64_t FoldPlan::row_at(std::int64_t at) const {
  return order[static_cast<std::size_t>(at) % order.size()];
}

std::int64_t FoldPlan::length() const {
  const auto rows = static_cast<std::int64_t>(order.size());
  return ends.empty() ? rows : rows + first(ends.size() - 1);
}

}  // namespace vgan
