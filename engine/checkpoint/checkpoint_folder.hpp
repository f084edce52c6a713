// The files of a checkpoint folder: their names, their order, and what may be deleted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace vgan {

/// "epoch-00000500.safetensors"; more digits where the number needs them.
std::string checkpoint_name(std::uint64_t epoch);

/// Regular files in `folder` that checkpoint_name can have made, by epoch. Throws Error io.
std::map<std::uint64_t, std::filesystem::path> list_checkpoints(
    const std::filesystem::path& folder);

/// Removes the temporaries of checkpoints in `folder`, whoever left them. Throws Error io.
void remove_stale_temporaries(const std::filesystem::path& folder);

/// Removes all checkpoints but the `keep` of the highest epochs and `written`. Throws Error io.
void prune_checkpoints(const std::filesystem::path& folder, std::uint64_t written, int keep);

}  // namespace vgan
