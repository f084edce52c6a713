// Bytes of a plain or gzip file as a format's parser wants them: bounded, and able to say where.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace vgan {

enum class Unpack { by_content, never };

/// Reads a regular file forward, once. Gzip is recognised by content, not by name; several gzip
/// members in a row read as one. "Content" below is the unpacked bytes; offsets count content
/// from 0. Every function throws `Error`: io where the system refuses, bad_data where the file
/// is not what it should be.
class ByteSource {
 public:
  /// `what` begins every message, e.g. "cannot read IDX images". Folders, FIFOs, sockets and
  /// devices are refused before they are opened, so nothing blocks. An empty file is bad_data.
  ByteSource(std::filesystem::path path, std::string what, Unpack unpack = Unpack::by_content);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  const std::filesystem::path& path() const { return path_; }
  bool packed() const { return inflater_ != nullptr; }
  /// Content offset of the next byte.
  std::uint64_t offset() const { return offset_; }
  /// The first bytes of the content (at most 64), whatever has been read since.
  std::string_view head() const { return head_; }
  /// The most content that the file can hold: its size, or 1032 times that where it is gzip.
  std::uint64_t most_bytes() const;

  /// Reads up to `bytes`; fewer only at the end of the content.
  std::size_t read_some(void* to, std::size_t bytes);
  /// Reads `bytes`, or says that `part` ("the header") is cut short.
  void read_exactly(void* to, std::size_t bytes, std::string_view part);

  /// Refuses a promise of `bytes` more content, then the end, that this file cannot keep: beyond
  /// its size or what its compressed size can hold, or more memory than the machine has
  /// (`memory` bytes). `promise` says what was announced, e.g. "60000 x 28 x 28 pixels".
  void expect_data(std::uint64_t bytes, std::uint64_t memory, const std::string& promise);
  /// Demands the end of the content; for gzip this also verifies the stream's checksum.
  void expect_end();

  /// Reads `count` elements stored as `Stored` (little-endian) into a vector of `Value`. Room is
  /// made for no more than the count asked for, and no more than twice what has arrived so far or
  /// what the size of a plain file vouches for. Call expect_data first.
  template <class Stored, class Value = Stored>
  std::vector<Value> read_values(std::uint64_t count);

  /// "PATH, byte 4", or "PATH, unpacked byte 4" where the file is gzip.
  std::string where(std::uint64_t content_offset) const;
  [[noreturn]] void fail(std::uint64_t content_offset, std::string found, std::string allowed,
                         std::string remedy) const;

 private:
  struct Inflater;

  void open();
  std::size_t read_raw(void* to, std::size_t bytes);
  std::size_t read_content(void* to, std::size_t bytes);
  std::size_t inflate_some(void* to, std::size_t bytes);
  bool next_member();
  [[noreturn]] void fail_raw(std::uint64_t raw_offset, std::string found, std::string allowed,
                             std::string remedy) const;
  [[noreturn]] void fail_io(std::string found, std::string allowed, std::string remedy) const;

  static constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

  std::filesystem::path path_;
  std::string what_;
  int file_ = -1;
  std::uint64_t size_ = 0;        // of the file itself, bytes
  std::uint64_t raw_offset_ = 0;  // of the file itself, bytes
  std::uint64_t offset_ = 0;
  std::string head_;
  std::unique_ptr<Inflater> inflater_;
};

template <class Stored, class Value>
std::vector<Value> ByteSource::read_values(std::uint64_t count) {
  static_assert(std::is_trivially_copyable_v<Stored>);
  constexpr bool direct = std::is_same_v<Stored, Value>;
  const auto chunk = std::min<std::uint64_t>(count, chunk_bytes / sizeof(Stored));
  const std::uint64_t vouched = packed() ? 0 : size_ / sizeof(Stored);
  std::vector<Value> values;
  std::vector<Stored> stored(direct ? 0 : chunk);
  while (values.size() < count) {
    const std::uint64_t have = values.size();
    const auto now = std::min<std::uint64_t>(chunk, count - have);
    if (have + now > values.capacity()) {
      values.reserve(std::min(count, std::max({2 * have, have + now, vouched})));
    }
    values.resize(have + now);
    if constexpr (direct) {
      read_exactly(values.data() + have, now * sizeof(Stored), "the data");
    } else {
      read_exactly(stored.data(), now * sizeof(Stored), "the data");
      std::transform(stored.begin(), stored.begin() + static_cast<std::ptrdiff_t>(now),
                     values.begin() + static_cast<std::ptrdiff_t>(have),
                     [](Stored value) { return static_cast<Value>(value); });
    }
  }
  return values;
}

}  // namespace vgan
