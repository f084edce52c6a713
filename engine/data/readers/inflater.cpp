#include "engine/data/readers/inflater.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "engine/base/text.hpp"

namespace vgan {

Inflater::Inflater(PackedBytes input, Wrapping wrapping)
    : input_(std::move(input)),
      name_(wrapping == Wrapping::gzip ? "gzip stream" : "deflate stream"),
      whole_(wrapping == Wrapping::gzip ? "file" : "zip entry") {
  const int window = wrapping == Wrapping::gzip ? 15 + 16 : -15;  // as zlib wants it said
  if (inflateInit2(&stream_, window) != Z_OK) throw std::bad_alloc();
}

void Inflater::refill() {
  const auto chunk = input_.next();
  stream_.next_in = const_cast<unsigned char*>(chunk.data());  // zlib reads it alone
  stream_.avail_in = static_cast<uInt>(chunk.size());
}

std::size_t Inflater::read(void* to, std::size_t bytes) {
  constexpr std::size_t most_at_once = std::size_t{1} << 30;  // zlib counts in 32 bits
  std::size_t total = 0;
  while (total < bytes && !finished_) {
    if (stream_.avail_in == 0) refill();
    const bool at_end = stream_.avail_in == 0;
    const auto room = static_cast<uInt>(std::min(bytes - total, most_at_once));
    stream_.next_out = static_cast<unsigned char*>(to) + total;
    stream_.avail_out = room;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    total += room - stream_.avail_out;
    if (status == Z_STREAM_END) {
      finished_ = true;
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status == Z_BUF_ERROR && at_end) {
      input_.file().fail(offset(),
                         "the end of the " + std::string(whole_) + " inside a " + name_ +
                             ", after " + counted(unpacked_ + total, "byte") + " unpacked",
                         "a whole " + std::string(name_),
                         "the file is truncated: download or copy it again");
    } else if (status != Z_OK) {
      input_.file().fail(offset(),
                         "a broken " + std::string(name_) + " (" +
                             (stream_.msg ? stream_.msg : "data error") + ")",
                         "a whole " + std::string(name_), "download or copy it again");
    }
  }
  unpacked_ += total;
  return total;
}

bool Inflater::skip_zeros() {
  do {
    for (; stream_.avail_in > 0 && *stream_.next_in == 0; ++stream_.next_in) --stream_.avail_in;
    if (stream_.avail_in > 0) return true;
    refill();
  } while (stream_.avail_in > 0);
  return false;
}

void Inflater::restart() {
  inflateReset(&stream_);
  finished_ = false;
}

}  // namespace vgan
