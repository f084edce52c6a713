#include "engine/run/run_checkpoints.hpp"

#include <utility>

#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"

namespace vgan {

RunCheckpoints::RunCheckpoints(const RunFolder& folder, RunQuality& quality,
                               const TrainConfig& config, std::filesystem::path newest)
    : folder_(folder),
      quality_(quality),
      config_(config),
      best_(config),
      newest_(std::move(newest)) {}

void RunCheckpoints::judge(std::uint64_t epoch) {
  best_ = BestCheckpoint(config_);
  if (!folder_.folder().has("metrics.jsonl")) return;
  const FilePlace metrics(folder_.folder(), "metrics.jsonl");
  best_.read(metrics, list_checkpoints(folder_.checkpoints()));
  best_.saved(epoch);
}

void RunCheckpoints::save(std::uint64_t epoch, Checkpoint& checkpoint) {
  if (const auto quality = quality_.quality_at(epoch)) save_quality(*quality, checkpoint);
  newest_ = save_checkpoint(folder_.checkpoints(), epoch, checkpoint,
                            static_cast<int>(config_.keep), kept());
  saved_epoch_ = epoch;
  best_.saved(epoch);
}

std::set<std::uint64_t> RunCheckpoints::epochs() const {
  std::set<std::uint64_t> there;
  for (const auto& [epoch, file] : list_checkpoints(folder_.checkpoints())) there.insert(epoch);
  return there;
}

std::optional<std::uint64_t> RunCheckpoints::good() const {
  auto files = list_checkpoints(folder_.checkpoints());
  std::erase_if(files, [&](const auto& file) { return !quality_.is_good(file.first); });
  if (const auto good = best_.last_good(files)) return good;
  // A step may spoil what its own report says of the weights that it found.
  if (const auto best = best_.epoch(); best && files.contains(*best)) return best;
  return files.empty() ? std::nullopt : std::optional(files.begin()->first);
}

// The best checkpoint by quality stays; the best by losses where nothing was measured, or where the
// run may have to go back to it.
std::set<std::uint64_t> RunCheckpoints::kept() const {
  std::set<std::uint64_t> epochs;
  if (const auto best = quality_.best_epoch()) epochs.insert(*best);
  const bool by_losses = epochs.empty() || config_.on_divergence == DivergenceKind::rollback;
  if (const auto best = best_.epoch(); best && by_losses) epochs.insert(*best);
  return epochs;
}

}  // namespace vgan
