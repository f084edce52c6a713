// The files that a run lives on, which no other output may take the place of.
#pragma once

#include <filesystem>
#include <string>

#include "engine/settings/config.hpp"

namespace vgan {

/// Throws usage where `written`, the value of `flag`, is in the place of what the run of
/// `checkpoint` and `config` cannot do without: anything in its folder of checkpoints, its
/// config.toml and metrics.jsonl, its data (also a file that is there in a folder of data), labels
/// and conditions. Empty is none.
void require_not_of_run(const std::string& flag, const std::string& written,
                        const std::filesystem::path& checkpoint, const TrainConfig& config);

}  // namespace vgan
