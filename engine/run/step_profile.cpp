#include "engine/run/step_profile.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include "engine/base/number_text.hpp"

namespace vgan {
namespace {

using TimesByName = std::vector<std::pair<std::string, std::vector<double>>>;

std::vector<double>& times_of(const std::string& name, TimesByName& all) {
  for (auto& [known, times] : all) {
    if (known == name) return times;
  }
  all.emplace_back(name, std::vector<double>{});
  return all.back().second;
}

/// Seconds of each phase in each epoch, in the order in which phases are put on queues, then of all
/// phases of an epoch together, from the first beginning to the last end.
TimesByName times_by_name(const std::vector<PhaseTime>& phases) {
  TimesByName times;
  std::map<std::uint64_t, std::pair<double, double>> spans;
  for (const PhaseTime& phase : phases) {
    times_of(phase.name, times).push_back(phase.seconds);
    const double end = phase.start_seconds + phase.seconds;
    auto& [first, last] = spans.try_emplace(phase.epoch, phase.start_seconds, end).first->second;
    first = std::min(first, phase.start_seconds);
    last = std::max(last, end);
  }
  std::vector<double>& whole = times_of("all phases", times);
  for (const auto& [epoch, span] : spans) whole.push_back(span.second - span.first);
  return times;
}

}  // namespace

StepProfile::StepProfile(const std::string& range) {
  if (!range.empty()) range_ = parse_step_range(range);
}

std::uint64_t StepProfile::next_change(std::uint64_t epoch, std::uint64_t otherwise) const {
  if (!range_) return otherwise;
  for (const std::uint64_t change : {range_->first - 1, range_->second}) {
    if (change > epoch) return std::min(change, otherwise);
  }
  return otherwise;
}

void StepProfile::before(Trainer& trainer) {
  if (range_ && trainer.epoch() + 1 >= range_->first) trainer.set_profiling(true);
}

// What is done between epochs, such as a checkpoint, is none of a profiler's business.
void StepProfile::after(Trainer& trainer, const RunFolder& folder, RunObserver* observer) {
  if (!range_) return;
  trainer.set_profiling(false);
  const auto phases = trainer.take_profile();
  all_.insert(all_.end(), phases.begin(), phases.end());
  if (trainer.epoch() >= range_->second) finish(folder, observer);
}

void StepProfile::finish(const RunFolder& folder, RunObserver* observer) {
  if (!range_) return;
  range_.reset();
  if (all_.empty()) return;
  folder.write_profile(all_);
  if (observer == nullptr) return;
  for (auto& [name, values] : times_by_name(all_)) {
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    char line[96];
    std::snprintf(line, sizeof(line), "profile: %-12s median %8s us over %zu epochs", name.c_str(),
                  fixed_text(values[values.size() / 2] * 1e6, 1).c_str(), values.size());
    observer->note(line);
  }
}

}  // namespace vgan
