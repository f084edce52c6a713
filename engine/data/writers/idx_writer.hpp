// Writes trials as IDX, in chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/data/trial_shape.hpp"
#include "engine/data/value_type.hpp"
#include "engine/files/announced_file.hpp"

namespace vgan {

/// Writes `count` x height x width numbers (of u8: magic 00 00 08 03), or where trials have several
/// channels `count` x height x width x channels (00 00 08 04), with constant memory. The
/// file appears at finish(); a writer destroyed before that leaves nothing.
class IdxWriter {
 public:
  /// Each size is 1 to 2^32 - 1, else Error (bad_config). Throws as require_type. Error (io) where
  /// the system refuses.
  IdxWriter(const std::filesystem::path& path, std::int64_t count, const TrialShape& shape,
            ValueType type = ValueType::u8);

  /// Throws bad_config for a type that the format has not: it has u8, i8, i16, i32, f32 and f64.
  static void require_type(const std::filesystem::path& path, ValueType type);

  /// Appends numbers as they lie in memory, trial after trial; a chunk is whole numbers. Error
  /// (internal) beyond the announced count.
  void append(std::span<const std::byte> numbers);
  void append(std::span<const std::uint8_t> pixels) { append(std::as_bytes(pixels)); }
  /// Error (internal) where fewer numbers than announced were appended.
  void finish();

 private:
  AnnouncedFile file_;
  std::size_t number_bytes_;
  std::vector<std::byte> swapped_;
};

}  // namespace vgan
