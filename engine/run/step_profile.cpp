#include "engine/run/step_profile.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include "engine/base/number_text.hpp"

namespace vgan {

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

void StepProfile::after(Trainer& trainer, const RunFolder& folder, RunObserver* observer) {
  const auto phases = trainer.take_profile();
  all_.insert(all_.end(), phases.begin(), phases.end());
  if (range_ && trainer.epoch() >= range_->second) finish(trainer, folder, observer);
}

void StepProfile::finish(Trainer& trainer, const RunFolder& folder, RunObserver* observer) {
  if (!range_) return;
  trainer.set_profiling(false);
  range_.reset();
  if (all_.empty()) return;
  folder.write_profile(all_);
  if (observer == nullptr) return;
  std::map<std::string, std::vector<double>> times;
  std::vector<std::string> order;
  for (const auto& phase : all_) {
    if (times[phase.name].empty()) order.push_back(phase.name);
    times[phase.name].push_back(phase.seconds);
  }
  for (const std::string& name : order) {
    auto& values = times[name];
    std::nth_element(values.begin(),
                     values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    char line[96];
    std::snprintf(line, sizeof(line), "profile: %-12s median %8s us over %zu epochs", name.c_str(),
                  fixed_text(values[values.size() / 2] * 1e6, 1).c_str(), values.size());
    observer->note(line);
  }
}

}  // namespace vgan
