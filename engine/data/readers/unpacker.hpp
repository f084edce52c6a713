// Content that a file holds packed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/data/readers/raw_file.hpp"

namespace vgan {

/// Unpacks forward, once. Throws Error: io where the system refuses, bad_data for what is broken.
class Unpacker {
 public:
  Unpacker() = default;
  virtual ~Unpacker() = default;
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  /// Puts up to `bytes` of the content into `to`; fewer only at its end.
  virtual std::size_t read(void* to, std::size_t bytes) = 0;
  /// The most content that there can be; all of it, no less, where `exact`.
  virtual std::uint64_t most_bytes() const = 0;
  virtual bool exact() const { return false; }
  /// Content that the size of the file itself vouches for, in bytes.
  virtual std::uint64_t vouched_bytes() const { return 0; }
  /// What the packing is called: "gzip".
  virtual const char* name() const = 0;
};

/// The unpacker for a file that begins with `head`, at least 4 bytes where it has as many; null for
/// one that is not packed. Throws bad_data for zstd in a build without it.
std::unique_ptr<Unpacker> unpacker_for(std::string_view head, std::shared_ptr<const RawFile> file);

/// Several gzip members in a row are one content; NUL bytes between and after them are passed over.
std::unique_ptr<Unpacker> make_gzip_unpacker(std::shared_ptr<const RawFile> file);
/// Several frames in a row are one content. Throws bad_data in a build without libzstd.
std::unique_ptr<Unpacker> make_zstd_unpacker(std::shared_ptr<const RawFile> file);

/// A stretch of a file's bytes, a chunk at a time.
class PackedBytes {
 public:
  PackedBytes(std::shared_ptr<const RawFile> file, std::uint64_t begin, std::uint64_t end)
      : file_(std::move(file)), offset_(begin), end_(end), buffer_(chunk_bytes) {}

  /// The next chunk; nothing at the end.
  std::span<const unsigned char> next() {
    const auto room = std::min<std::uint64_t>(buffer_.size(), end_ - offset_);
    const std::size_t got = file_->read_at(buffer_.data(), room, offset_);
    offset_ += got;
    return {buffer_.data(), got};
  }
  /// Where in the file the last chunk ends.
  std::uint64_t offset() const { return offset_; }
  const RawFile& file() const { return *file_; }

 private:
  static constexpr std::size_t chunk_bytes = std::size_t{1} << 16;

  std::shared_ptr<const RawFile> file_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::vector<unsigned char> buffer_;
};

}  // namespace vgan
