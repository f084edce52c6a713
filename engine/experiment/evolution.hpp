// Settings generation by generation, each made of the best before it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/experiment/pareto.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/experiment/setting_space.hpp"

namespace vgan {

/// Settings, and what the model says of them.
struct Candidate {
  Settings settings;
  GoalPoint point;  ///< its goals, the greater the better; allowed unless its support is outside
  Support support = Support::inside;
};

/// Fills all but the settings.
using Evaluate = std::function<void(std::span<Candidate>)>;

struct EvolutionOptions {
  std::uint64_t budget = 1000;  ///< candidates that are evaluated, at most
  std::uint64_t seed = 1;
};

/// The first candidates are `drawn`. Then, by NSGA-II: of all so far the best are kept, a twentieth
/// of the budget, 10 to 500; as many new ones are made, each of two parents, which are the better
/// of two that were picked at random; each setting is that of either parent, and in one of k, k
/// being their number, mutated. Nothing is evaluated twice; it ends early where nothing new is
/// found. Returns all that were evaluated, in the order in which they were.
std::vector<Candidate> evolve(const SettingSpace& space, std::vector<Settings> drawn,
                              const EvolutionOptions& options, const Evaluate& evaluate);

}  // namespace vgan
