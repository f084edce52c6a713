// The checkpoints of one run: how they are written, which of them stay, and which are good enough
// to go back to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/run/best_checkpoint.hpp"
#include "engine/run/run_folder.hpp"
#include "engine/run/run_quality.hpp"

namespace vgan {

class RunCheckpoints {
 public:
  /// `newest`: the checkpoint that the run goes on from, or empty. All that is referred to must
  /// outlive it; the settings may change while it lives.
  RunCheckpoints(const RunFolder& folder, RunQuality& quality, const TrainConfig& config,
                 std::filesystem::path newest);

  /// The newest that was written or gone on from; empty before there is one.
  const std::filesystem::path& newest() const { return newest_; }
  /// The epoch of the newest that was written; nothing before the first.
  std::optional<std::uint64_t> saved_epoch() const { return saved_epoch_; }

  /// The losses of a step judge the checkpoint that it began from.
  void add(const StepReport& report) { best_.add(report); }
  /// Learns from metrics.jsonl what the checkpoints up to `epoch` are worth, in place of what was
  /// known; the run goes on from there. Throws io.
  void judge(std::uint64_t epoch);
  /// Writes the checkpoint of `epoch`, with what its samples came to, and removes those that do not
  /// stay. Throws io.
  void save(std::uint64_t epoch, Checkpoint& checkpoint);
  /// The epochs of those that the folder holds. Throws io.
  std::set<std::uint64_t> epochs() const;
  /// The newest whose losses, and samples where they were measured, are not far from the run's
  /// best; nothing where there is none. Throws io.
  std::optional<std::uint64_t> good() const;

 private:
  std::set<std::uint64_t> kept() const;

  const RunFolder& folder_;
  RunQuality& quality_;
  const TrainConfig& config_;
  BestCheckpoint best_;
  std::filesystem::path newest_;
  std::optional<std::uint64_t> saved_epoch_;
};

}  // namespace vgan
