// Bytes of a plain or packed file as a format's parser wants them: bounded, and able to say where.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/data/readers/raw_file.hpp"
#include "engine/data/readers/unpacker.hpp"

namespace vgan {

enum class Unpack { by_content, never };

/// Reads a regular file or standard input forward, once. Gzip and zstd are recognised by content,
/// not by name; several gzip members or zstd frames in a row read as one. "Content" below is the
/// unpacked bytes; offsets count content from 0. Every function throws `Error`: io where the system
/// refuses, bad_data where the file is not what it should be.
class ByteSource {
 public:
  /// `what` begins every message, e.g. "cannot read IDX images". "-" is standard input. Folders,
  /// FIFOs, sockets and devices are refused before they are opened, so nothing blocks. An empty
  /// file is bad_data.
  ByteSource(std::filesystem::path path, std::string what, Unpack unpack = Unpack::by_content);
  /// A part of a file, which `part` names in messages: "array 'x'".
  ByteSource(std::shared_ptr<const RawFile> file, std::unique_ptr<Unpacker> content,
             const std::string& part);

  /// What the user would call it: the path, "standard input", "FILE, array 'x'".
  const std::string& name() const { return name_; }
  /// Whether it is packed in such a way that nothing says how much content there is.
  bool packed() const { return unpacker_ != nullptr && !unpacker_->exact(); }
  /// Content offset of the next byte.
  std::uint64_t offset() const { return offset_; }
  /// The first bytes of the content (at most 64), whatever has been read since.
  std::string_view head() const { return head_; }
  /// The most content that the file can hold: its size, or 1032 times that where it is gzip, and
  /// 32,768 times that where it is zstd.
  std::uint64_t most_bytes() const {
    return unpacker_ != nullptr ? unpacker_->most_bytes() : file_->size();
  }

  /// Reads up to `bytes`; fewer only at the end of the content.
  std::size_t read_some(void* to, std::size_t bytes);
  /// Reads `bytes`, or says that `part` ("the header") is cut short.
  void read_exactly(void* to, std::size_t bytes, std::string_view part);

  /// Refuses a promise of `bytes` more content, then the end, that this file cannot keep: beyond
  /// its size or what its compressed size can hold, or more memory than the machine has
  /// (`memory` bytes). `promise` says what was announced, e.g. "60000 x 28 x 28 pixels".
  void expect_data(std::uint64_t bytes, std::uint64_t memory, const std::string& promise);
  /// Demands the end of the content; where it is packed this also verifies checksums.
  void expect_end();

  /// Reads `count` elements as they lie in memory. Room is made for no more than the count asked
  /// for, and no more than twice what has arrived so far or what the size of a plain file vouches
  /// for. Call expect_data first.
  template <class Value>
  std::vector<Value> read_values(std::uint64_t count);
  /// Reads elements stored as `Stored`, each of which `convert` makes a `Value`, likewise.
  template <class Stored, class Value, class Convert>
  std::vector<Value> read_converted(std::uint64_t count, Convert&& convert);

  /// "PATH, byte 4", or "PATH, unpacked byte 4" where the file is packed.
  std::string where(std::uint64_t content_offset) const;
  [[noreturn]] void fail(std::uint64_t content_offset, std::string found, std::string allowed,
                         std::string remedy) const;

 private:
  /// Calls chunk(elements so far, elements now) until `count` are through.
  template <class Chunk>
  void read_chunks(std::uint64_t count, std::uint64_t element_bytes, Chunk&& chunk);
  template <class Value>
  void make_room(std::vector<Value>& values, std::uint64_t count, std::uint64_t more,
                 std::uint64_t stored_bytes) const;
  void read_head();
  std::size_t read_content(void* to, std::size_t bytes);
  std::uint64_t vouched_bytes() const {
    return unpacker_ != nullptr ? unpacker_->vouched_bytes() : file_->size();
  }

  static constexpr std::size_t chunk_bytes = std::size_t{1} << 20;

  std::shared_ptr<const RawFile> file_;
  std::string name_;
  std::unique_ptr<Unpacker> unpacker_;  // none of a plain file
  std::uint64_t raw_offset_ = 0;        // of a plain file, bytes
  std::uint64_t offset_ = 0;
  std::string head_;
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
  const std::uint64_t vouched = vouched_bytes() / stored_bytes;
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
