// `--profile-steps`: where the time of some epochs goes, phase by phase.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/run/run.hpp"
#include "engine/run/run_folder.hpp"
#include "engine/train/trainer.hpp"

namespace vgan {

/// Switches the step's phase timing on for epochs A to B, off for what is done between them, and
/// prints what it found.
class StepProfile {
 public:
  /// "A:B", or "" for none.
  explicit StepProfile(const std::string& range);

  /// The first epoch past `epoch` at which profiling starts or ends, or `otherwise`.
  std::uint64_t next_change(std::uint64_t epoch, std::uint64_t otherwise) const;
  void before(Trainer& trainer);
  void after(Trainer& trainer, const RunFolder& folder, RunObserver* observer);
  /// Writes profile.json and notes the medians, once.
  void finish(const RunFolder& folder, RunObserver* observer);

 private:
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range_;
  std::vector<PhaseTime> all_;
};

}  // namespace vgan
