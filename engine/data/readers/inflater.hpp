// Deflate streams (RFC 1951), bare or in gzip's wrapping (RFC 1952), by zlib.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>

#include "engine/data/readers/unpacker.hpp"

namespace vgan {

// Deflate spends at least 2 bits on a match of at most 258 bytes: 258 / (2 / 8) = 1032.
inline constexpr std::uint64_t most_deflate_ratio = 1032;

/// One stream, forward. Throws Error as Unpacker does.
class Inflater {
 public:
  enum class Wrapping { none, gzip };

  Inflater(PackedBytes input, Wrapping wrapping);
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Unpacks up to `bytes`; fewer only at the end of the stream, which `finished` tells.
  std::size_t read(void* to, std::size_t bytes);
  bool finished() const { return finished_; }
  /// Behind the stream, or behind a member of it: passes over NUL bytes and says whether another
  /// byte follows, which is then the next one.
  bool skip_zeros();
  unsigned char next_byte() const { return *stream_.next_in; }
  /// Where in the file the next byte stands.
  std::uint64_t offset() const { return input_.offset() - stream_.avail_in; }
  /// Begins another stream with the next byte.
  void restart();

 private:
  void refill();

  PackedBytes input_;
  z_stream stream_{};
  const char* name_;
  const char* whole_;  // what the stream is all of
  std::uint64_t unpacked_ = 0;
  bool finished_ = false;
};

}  // namespace vgan
