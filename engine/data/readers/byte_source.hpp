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
/// members in a row read as one, NUL bytes between and after them are passed over. "Content" below
/// is the unpacked bytes; offsets count content from 0. Every function throws `Error`: io where the
/// system refuses, bad_data where the file is not what it should be.
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

  /// Reads `count` elements as they lie in memory. Room is made for no more than the count asked
  /// for, and no more than twice what has arrived so far or what the size of a plain file vouches
  /// for. Call expect_data first.
  template <class Value>
  std::vector<Value> read_values(std::uint64_t count);
  /// Reads elements stored as `Stored`, each of which `convert` makes a `Value`, likewise.
  template <class Stored, class Value, class Convert>
  std::vector<Value> read_converted(std::uint64_t count, Convert&& convert);

  /// "PATH, byte 4", or "PATH, unpacked byte 4" where the file is gzip.
  std::string where(std::uint64_t content_offset) const;
  [[noreturn]] void fail(std::uint64_t content_offset, std::string found, std::string allowed,
                         std::string remedy) const;

 private:
  struct Inflater;

  /// Calls chunk(elements so far, elements now) until `count` are through.
  template <class Chunk>
  void read_chunks(std::uint64_t count, std::uint64_t element_bytes, Chunk&& chunk);
  template <class Value>
  void make_room(std::vector<Value>& values, std::uint64_t count, std::uint64_t more,
                 std::uint64_t stored_bytes) const;
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

template <class Chunk>
void ByteSource::read_chunks(std::uint64_t count, std::uint64_t element_bytes, Chunk&& chunk) {
  const std::uint64_t most = std::min<std::uint64_t>(count, chunk_bytes / element_bytes);
  for (std::uint64_t have = 0; have < count;) {
    const std::uint64_t now = std::min<std::uint64_t>(most, count - have);
    chunk(have, now);
    have += now;
  }
}

template <class Value>
void ByteSource::make_room(std::vector<Value>& values, std::uint64_t count, std::uint64_t more,
                           std::uint64_t stored_bytes) const {
  const std::uint64_t have = values.size();
  const std::uint64_t vouched = packed() ? 0 : size_ / stored_bytes;
  if (have + more > values.capacity()) {
    values.reserve(std::min(count, std::max({2 * have, have + more, vouched})));
  }
  values.resize(have + more);
}

template <class Value>
std::vector<Value> ByteSource::read_values(std::uint64_t count) {
  static_assert(std::is_trivially_copyable_v<Value>);
  std::vector<Value> values;
  read_chunks(count, sizeof(Value), [&](std::uint64_t have, std::uint64_t now) {
    make_room(values, count, now, sizeof(Value));
    read_exactly(values.data() + have, now * sizeof(Value), "the data");
  });
  return values;
}

template <class Stored, class Value, class Convert>
std::vector<Value> ByteSource::read_converted(std::uint64_t count, Convert&& convert) {
  static_assert(std::is_trivially_copyable_v<Stored>);
  std::vector<Value> values;
  std::vector<Stored> stored(std::min<std::uint64_t>(count, chunk_bytes / sizeof(Stored)));
  read_chunks(count, sizeof(Stored), [&](std::uint64_t have, std::uint64_t now) {
    make_room(values, count, now, sizeof(Stored));
    read_exactly(stored.data(), now * sizeof(Stored), "the data");
    std::transform(stored.begin(), stored.begin() + static_cast<std::ptrdiff_t>(now),
                   values.begin() + static_cast<std::ptrdiff_t>(have), convert);
  });
  return values;
}

}  // namespace vgan
