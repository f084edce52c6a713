// From what `--resume` names to a folder, a checkpoint and settings.
#pragma once

#include <filesystem>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/train/config.hpp"
#include "engine/train/run.hpp"

namespace vgan {

/// The start of a resumed run: where, from what, with which settings.
struct Resumption {
  std::filesystem::path folder;
  LoadedCheckpoint loaded;
  TrainConfig config;
};

/// Throws bad_config where there is nothing to resume or a setting may not change, io and bad_data
/// as load_checkpoint.
Resumption find_resumption(const RunRequest& request);

}  // namespace vgan
