#include "engine/quality/known_trials.hpp"

#include <bit>
#include <string>
#include <vector>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

// The finaliser of SplitMix64 (S. Vigna 2015, after D. Stafford's variant 13), once a number.
std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
  return bits ^ (bits >> 31);
}

std::uint64_t digest(const std::vector<float>& trial) {
  std::uint64_t made = 0x9E3779B97F4A7C15ULL;
  for (const float number : trial) {
    const float plain = number == 0.0F ? 0.0F : number;  // -0 is 0
    made = mixed(made + 0x9E3779B97F4A7C15ULL + std::bit_cast<std::uint32_t>(plain));
  }
  return made;
}

}  // namespace

KnownTrials::KnownTrials(const TrialRows& trials) : size_(trials.size()), count_(trials.count()) {
  std::unordered_set<std::uint64_t> twice;
  std::vector<float> trial(static_cast<std::size_t>(size_));
  for (std::int64_t n = 0; n < trials.count(); ++n) {
    trials.read(n, trial.data());
    const std::uint64_t own = digest(trial);
    if (!seen_.insert(own).second) twins_ += twice.insert(own).second ? 2 : 1;
  }
}

double KnownTrials::share_of_twins() const {
  return count_ == 0 ? 0.0 : static_cast<double>(twins_) / static_cast<double>(count_);
}

double KnownTrials::share_of_copies(const TrialRows& trials) const {
  require(trials.count() > 0 && trials.size() == size_, "copies of trials",
          std::to_string(trials.count()) + " trials of " + std::to_string(trials.size()),
          "one or more of " + std::to_string(size_));
  std::vector<float> trial(static_cast<std::size_t>(size_));
  std::int64_t copies = 0;
  for (std::int64_t n = 0; n < trials.count(); ++n) {
    trials.read(n, trial.data());
    copies += seen_.contains(digest(trial)) ? 1 : 0;
  }
  return static_cast<double>(copies) / static_cast<double>(trials.count());
}

}  // namespace vgan
