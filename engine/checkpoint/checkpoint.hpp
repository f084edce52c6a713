// A run's state in one checked file, and the folder that keeps the newest of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/tensor_type.hpp"

namespace vgan {

struct CheckpointTensor {
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;  ///< row-major
  std::vector<std::byte> bytes;     ///< product(shape) * element size of them
};

/// Everything that a run needs to go on. Keys that start with "checkpoint." are the format's own:
/// they are added on save and taken away on load.
struct Checkpoint {
  std::map<std::string, std::string> metadata;  ///< UTF-8
  std::map<std::string, CheckpointTensor> tensors;
};

/// The version that save writes and load accepts, as `checkpoint.format` in the file's metadata.
inline constexpr int checkpoint_format = 1;

/// Writes `folder`/epoch-00000500.safetensors atomically (see AtomicFile) and returns the file. The
/// metadata get a CRC-32 of each tensor (`checkpoint.crc32.NAME`) and one of all names, types,
/// shapes and metadata (`checkpoint.crc32`). The folder is made where there is none. Then deletes
/// all epochs but the newest `keep` by number, never the one just written; keep <= 0 keeps all.
/// Temporaries that killed writers left in the folder are removed first: a folder has one writer at
/// a time. Throws Error io where the system refuses, internal for metadata under the format's own
/// keys or not in UTF-8.
std::filesystem::path save_checkpoint(const std::filesystem::path& folder, std::uint64_t epoch,
                                      const Checkpoint& checkpoint, int keep);

/// Throws Error io where the system refuses, bad_data unless the file is a checkpoint of this
/// format whose every checksum is right. A single wrong bit anywhere in the file is found.
Checkpoint load_checkpoint(const std::filesystem::path& file);

struct LoadedCheckpoint {
  Checkpoint checkpoint;
  std::filesystem::path file;
  std::vector<std::string> skipped;  ///< a line for each newer file that is damaged, and why
  std::string chosen{};              ///< of load_chosen: which it is, and why
};

/// The valid checkpoint of the highest epoch in `folder`. Throws Error io where there is no such
/// folder or the system refuses to read a file, which may then be whole and is not passed over;
/// bad_data where no file in it is valid; the line then names the newest file's fault.
LoadedCheckpoint load_newest(const std::filesystem::path& folder);

/// What to load for what a user typed: a file is itself; a run's folder its `checkpoints` folder;
/// a folder that has epochs is itself. Throws Error io where there is nothing at that path,
/// bad_data where a folder has no checkpoints.
std::filesystem::path find_checkpoint(const std::filesystem::path& run_or_file);
/// Loads it: the file, or the newest in the folder. Throws as the three above do.
LoadedCheckpoint load_run_or_file(const std::filesystem::path& run_or_file);

}  // namespace vgan
