// The files of a checkpoint folder: their names, their order, and what may be deleted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "engine/files/folder.hpp"

namespace vgan {

/// "epoch-00000500.safetensors"; more digits where the number needs them.
std::string checkpoint_name(std::uint64_t epoch);

/// Regular files in `folder` that checkpoint_name can have made, by epoch. Throws Error io.
std::map<std::uint64_t, std::filesystem::path> list_checkpoints(const Folder& folder);

/// Removes the temporaries of checkpoints in `folder`, whoever left them. Throws Error io.
void remove_stale_temporaries(const Folder& folder);

/// Removes all checkpoints but the `keep` of the highest epochs and those of `kept`; none where
/// keep <= 0. Throws Error io.
void prune_checkpoints(const Folder& folder, const std::set<std::uint64_t>& kept, int keep);

}  // namespace vgan
