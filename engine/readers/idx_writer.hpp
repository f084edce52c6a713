// Writes u8 images as IDX, in chunks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "engine/files/atomic_file.hpp"

namespace vgan {

/// Writes `count` x `height` x `width` u8 pixels (magic 00 00 08 03), or with several `channels`
/// `count` x `height` x `width` x `channels` (magic 00 00 08 04), with constant memory. The file
/// appears at finish(); a writer destroyed before that leaves nothing.
class IdxWriter {
 public:
  /// Each size is 1 to 2^32 - 1, else Error (bad_config). Error (io) where the system refuses.
  IdxWriter(const std::filesystem::path& path, std::int64_t count, std::int64_t height,
            std::int64_t width, std::int64_t channels = 1);

  /// Appends pixels, image after image; a chunk may end anywhere. Error (internal) beyond the
  /// announced number.
  void append(std::span<const std::uint8_t> pixels);
  /// Error (internal) where fewer pixels than announced were appended.
  void finish();

 private:
  AtomicFile file_;
  std::uint64_t missing_ = 0;  // pixels still to come
};

}  // namespace vgan
