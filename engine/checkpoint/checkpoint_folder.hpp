// The files of a checkpoint folder: their names, their order, and what may be deleted; saving and
// loading through an open folder, which stays the same one whatever becomes of its path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/files/folder.hpp"
#include "engine/files/read_file.hpp"

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

/// save_checkpoint (checkpoint.hpp) into an open folder; those of `kept` are not deleted either.
std::filesystem::path save_checkpoint(const Folder& folder, std::uint64_t epoch,
                                      const Checkpoint& checkpoint, int keep,
                                      const std::set<std::uint64_t>& kept = {});
Checkpoint load_checkpoint_at(const FilePlace& file);
/// The metadata alone, checked; throws as load_checkpoint.
std::map<std::string, std::string> load_metadata(const FilePlace& file);
LoadedCheckpoint load_newest(const Folder& folder);

}  // namespace vgan
