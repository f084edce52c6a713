#include "engine/experiment/evolution.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace vgan {
namespace {

// A Philox subsequence far from those of training, of the built-in data and of resampled trials.
constexpr std::uint64_t search_stream = std::uint64_t{11} << 60;

constexpr std::uint64_t generations = 20;
constexpr std::uint64_t least_kept = 10, most_kept = 500;
/// For a new candidate this many are made at most, from `wild_tries` on with all settings mutated.
constexpr int most_tries = 2000, wild_tries = 20;

class Evolution {
 public:
  Evolution(const SettingSpace& space, const EvolutionOptions& options, const Evaluate& evaluate)
      : space_(space),
        budget_(options.budget),
        evaluate_(evaluate),
        draws_(options.seed, search_stream),
        size_(std::clamp(options.budget / generations, least_kept, most_kept)) {}

  std::vector<Candidate> run(std::vector<Settings> drawn) {
    std::vector<Candidate> fresh;
    for (Settings& settings : drawn) {
      if (all_.size() + fresh.size() < budget_) add(std::move(settings), fresh);
    }
    while (!fresh.empty()) {
      evaluate_(fresh);
      keep_best(std::move(fresh));
      fresh.clear();
      for (std::uint64_t i = 0; i < size_ && all_.size() + fresh.size() < budget_; ++i) {
        if (!add_child(fresh)) break;
      }
    }
    return std::move(all_);
  }

 private:
  // Whether it is new.
  bool add(Settings settings, std::vector<Candidate>& fresh) {
    if (!seen_.insert(settings).second) return false;
    fresh.push_back({std::move(settings), {}, Support::inside});
    return true;
  }

  bool add_child(std::vector<Candidate>& fresh) {
    for (int tries = 0; tries < most_tries; ++tries) {
      if (add(child(tries >= wild_tries), fresh)) return true;
    }
    return false;
  }

  Settings child(bool wild) {
    const Settings& mother = all_[kept_[parent()]].settings;
    const Settings& father = all_[kept_[parent()]].settings;
    Settings made;
    const std::size_t count = mother.size();
    for (std::size_t k = 0; k < count; ++k) {
      made.push_back(draws_.below(2) == 0 ? mother[k] : father[k]);
    }
    for (std::size_t k = 0; k < count; ++k) {
      if (wild || draws_.below(count) == 0) space_.mutate(made, k, draws_);
    }
    return made;
  }

  std::size_t parent() {
    const std::size_t a = draws_.below(kept_.size());
    const std::size_t b = draws_.below(kept_.size());
    return ranks_[b].is_before(ranks_[a]) ? b : a;
  }

  // So many at a time that ranking them takes no longer than it does later.
  void keep_best(std::vector<Candidate> fresh) {
    for (std::size_t next = 0; next < fresh.size();) {
      const std::size_t end = std::min<std::size_t>(next + size_, fresh.size());
      for (; next < end; ++next) {
        kept_.push_back(all_.size());
        all_.push_back(std::move(fresh[next]));
      }
      std::vector<GoalPoint> points;
      for (const std::size_t at : kept_) points.push_back(all_[at].point);
      BestPoints best = best_points(points, size_);
      std::vector<std::size_t> kept;
      for (const std::size_t at : best.points) kept.push_back(kept_[at]);
      kept_ = std::move(kept);
      ranks_ = std::move(best.ranks);
    }
  }

  const SettingSpace& space_;
  std::uint64_t budget_;
  const Evaluate& evaluate_;
  digits::Draws draws_;
  std::uint64_t size_;
  std::vector<Candidate> all_;
  std::vector<std::size_t> kept_;  // which of all, the best first
  std::vector<FrontRank> ranks_;   // of each of them
  std::set<Settings> seen_;
};

}  // namespace

std::vector<Candidate> evolve(const SettingSpace& space, std::vector<Settings> drawn,
                              const EvolutionOptions& options, const Evaluate& evaluate) {
  return Evolution(space, options, evaluate).run(std::move(drawn));
}

}  // namespace vgan
