#include "engine/data/held_out.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "kernels/math/permutation.hpp"

namespace vgan {
namespace {

// A pass that no epoch of training, and no plan of folds, comes to.
constexpr std::uint64_t held_out_pass = std::uint64_t{1} << 47;

// Moves entries of `each` numbers whose trial is `out` to the end of `taken`, the others together.
template <class Numbers>
void take(Numbers& values, Numbers& taken, std::size_t each, const std::vector<bool>& out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(i * each);
    const auto until = from + static_cast<std::ptrdiff_t>(each);
    if (out[i]) {
      taken.insert(taken.end(), from, until);
    } else {
      std::copy(from, until, values.begin() + static_cast<std::ptrdiff_t>(kept * each));
      ++kept;
    }
  }
  values.resize(kept * each);
}

}  // namespace

SplitTrials split_trials(Trials trials, std::int64_t held_out, HoldOutPart part,
                         std::uint64_t seed) {
  if (part == HoldOutPart::last || held_out <= 0 || held_out >= trials.count) {
    Trials last = trials.part(trials.count - held_out, held_out);
    trials.keep_first(trials.count - held_out);
    return {std::move(trials), std::move(last)};
  }
  Trials taken = trials.part(0, 0);  // which checks the sizes too
  const auto count = static_cast<std::uint64_t>(trials.count);
  std::vector<bool> out(static_cast<std::size_t>(count), false);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(held_out); ++i) {
    out[static_cast<std::size_t>(math::permute(i, count, seed, held_out_pass))] = true;
  }
  const auto each = static_cast<std::size_t>(trials.values_per_trial());
  std::visit(
      [&](auto& values) {
        auto& other = std::get<std::decay_t<decltype(values)>>(taken.values);
        other.reserve(static_cast<std::size_t>(held_out) * each);
        take(values, other, each, out);
      },
      trials.values);
  if (!trials.labels.empty()) take(trials.labels, taken.labels, 1, out);
  const auto conditions = static_cast<std::size_t>(trials.condition_size);
  if (conditions > 0) take(trials.conditions, taken.conditions, conditions, out);
  taken.count = held_out;
  trials.count -= held_out;
  return {std::move(trials), std::move(taken)};
}

}  // namespace vgan
