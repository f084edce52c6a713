#include "engine/data/readers/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/files/posix_file.hpp"

namespace vgan {
namespace {

static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(std::size_t) == 8);

constexpr std::size_t head_bytes = 64;
// Deflate spends at least 2 bits on a match of at most 258 bytes: 258 / (2 / 8) = 1032.
constexpr std::uint64_t most_deflate_ratio = 1032;

std::string system_message(int error) { return std::generic_category().message(error); }

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  return "something that is not a file";
}

std::string bytes_text(std::uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

}  // namespace

struct ByteSource::Inflater {
  z_stream stream{};
  std::array<unsigned char, 1 << 16> input{};
  bool finished = false;

  Inflater() {
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::bad_alloc();  // 16: gzip only
  }
  ~Inflater() { inflateEnd(&stream); }
};

ByteSource::ByteSource(std::filesystem::path path, std::string what, Unpack unpack)
    : path_(std::move(path)), what_(std::move(what)) {
  try {
    open();
    std::array<unsigned char, 2> magic{};
    ssize_t got_magic = 0;
    if (unpack == Unpack::by_content) {
      got_magic = uninterrupted([&] { return ::pread(file_, magic.data(), 2, 0); });
    }
    if (got_magic < 0) fail_io(system_message(errno), "a readable file", "copy it to another disk");
    if (got_magic == 2 && magic[0] == 0x1f && magic[1] == 0x8b) {
      inflater_ = std::make_unique<Inflater>();
    }
    std::array<char, head_bytes> first{};
    const std::size_t got = read_content(first.data(), first.size());
    head_.assign(first.data(), got);
    if (got == 0) fail(0, "nothing, the content is empty", "data", "download or write it again");
  } catch (...) {
    if (file_ >= 0) ::close(file_);
    throw;
  }
}

ByteSource::~ByteSource() { ::close(file_); }

void ByteSource::open() {
  struct stat info {};
  const auto refuse_kind = [&] {
    fail_io(kind_of(info.st_mode), "a regular file", "give the path of the file itself");
  };
  if (::stat(path_.c_str(), &info) != 0) {
    fail_io(system_message(errno), "a readable file", "check the path");
  }
  if (!S_ISREG(info.st_mode)) refuse_kind();
  // O_NONBLOCK: were the file swapped for a FIFO since stat, open would still return.
  file_ = uninterrupted([&] { return ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); });
  if (file_ < 0) {
    const char* remedy =
        errno == EACCES ? "give yourself read permission (chmod u+r)" : "check the path";
    fail_io(system_message(errno), "a readable file", remedy);
  }
  if (::fstat(file_, &info) != 0) fail_io(system_message(errno), "a readable file", "");
  if (!S_ISREG(info.st_mode)) refuse_kind();
  size_ = static_cast<std::uint64_t>(info.st_size);
  if (size_ == 0) fail_raw(0, "an empty file", "data", "download or write it again");
}

std::uint64_t ByteSource::most_bytes() const {
  std::uint64_t most = 0;
  if (!packed()) return size_;
  return __builtin_mul_overflow(size_, most_deflate_ratio, &most) ? UINT64_MAX : most;
}

std::size_t ByteSource::read_raw(void* to, std::size_t bytes) {
  std::size_t total = 0;
  while (total < bytes) {
    const ssize_t got =
        uninterrupted([&] { return ::read(file_, static_cast<char*>(to) + total, bytes - total); });
    if (got < 0) fail_io(system_message(errno), "a readable file", "copy it to another disk");
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  raw_offset_ += total;
  return total;
}

std::size_t ByteSource::inflate_some(void* to, std::size_t bytes) {
  constexpr std::size_t most_at_once = std::size_t{1} << 30;  // zlib counts in 32 bits
  z_stream& stream = inflater_->stream;
  std::size_t total = 0;
  while (total < bytes && !inflater_->finished) {
    if (stream.avail_in == 0) {
      stream.next_in = inflater_->input.data();
      stream.avail_in =
          static_cast<uInt>(read_raw(inflater_->input.data(), inflater_->input.size()));
    }
    const bool at_end = stream.avail_in == 0;
    const auto room = static_cast<uInt>(std::min(bytes - total, most_at_once));
    stream.next_out = static_cast<unsigned char*>(to) + total;
    stream.avail_out = room;
    const int status = inflate(&stream, Z_NO_FLUSH);
    total += room - stream.avail_out;
    if (status == Z_STREAM_END) {
      inflater_->finished = !next_member();
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status == Z_BUF_ERROR && at_end) {
      fail_raw(raw_offset_,
               "the end of the file inside a gzip stream, after " + bytes_text(offset_ + total) +
                   " unpacked",
               "a whole gzip stream", "the file is truncated: download or copy it again");
    } else if (status != Z_OK) {
      fail_raw(
          raw_offset_ - stream.avail_in,
          std::string("a broken gzip stream (") + (stream.msg ? stream.msg : "data error") + ")",
          "a whole gzip stream", "download or copy it again");
    }
  }
  return total;
}

// At the end of one gzip member: true where another one follows (RFC 1952, section 2.2). NUL bytes
// before it or the end are padding, as tar and tapes leave it; gzip itself passes over them.
bool ByteSource::next_member() {
  z_stream& stream = inflater_->stream;
  do {
    for (; stream.avail_in > 0 && *stream.next_in == 0; ++stream.next_in) --stream.avail_in;
    if (stream.avail_in > 0) break;
    stream.next_in = inflater_->input.data();
    stream.avail_in = static_cast<uInt>(read_raw(inflater_->input.data(), inflater_->input.size()));
  } while (stream.avail_in > 0);
  if (stream.avail_in == 0) return false;
  if (*stream.next_in != 0x1f) {
    const std::uint64_t at = raw_offset_ - stream.avail_in;
    fail_raw(at, bytes_text(size_ - at) + " after the gzip stream", "the end of the file",
             "gunzip -c FILE > unpacked leaves them out; or download it again");
  }
  return inflateReset(&stream) == Z_OK;
}

std::size_t ByteSource::read_content(void* to, std::size_t bytes) {
  return packed() ? inflate_some(to, bytes) : read_raw(to, bytes);
}

std::size_t ByteSource::read_some(void* to, std::size_t bytes) {
  std::size_t total = 0;
  if (offset_ < head_.size()) {
    total = std::min<std::size_t>(bytes, head_.size() - offset_);
    std::memcpy(to, head_.data() + offset_, total);
    offset_ += total;
  }
  const std::size_t more = read_content(static_cast<char*>(to) + total, bytes - total);
  offset_ += more;
  return total + more;
}

void ByteSource::read_exactly(void* to, std::size_t bytes, std::string_view part) {
  const std::uint64_t start = offset_;
  const std::size_t got = read_some(to, bytes);
  if (got == bytes) return;
  fail(start + got, "the end inside " + std::string(part), "at least " + bytes_text(start + bytes),
       "the file is truncated: download or copy it again");
}

void ByteSource::expect_data(std::uint64_t bytes, std::uint64_t memory,
                             const std::string& promise) {
  const std::uint64_t most = most_bytes();
  const std::string announced = "a header that announces " + promise;
  std::uint64_t end = 0;
  if (__builtin_add_overflow(offset_, bytes, &end) || end > most) {
    const std::string allowed =
        packed() ? "at most " + bytes_text(most) + " from " + bytes_text(size_) + " of gzip"
                 : bytes_text(bytes) + " of it";
    const std::string found = packed()
                                  ? announced + " (" + bytes_text(bytes) + ")"
                                  : announced + ", then " + bytes_text(most - offset_) + " of data";
    fail(packed() ? 0 : most, found, allowed, "the file is truncated or its header is wrong");
  }
  if (!packed() && end < most) {
    fail(end, announced + ", then " + bytes_text(most - end) + " after it", "the end of the file",
         "the header is wrong or something was appended: write it again");
  }
  const std::uint64_t machine = machine_memory();
  if (memory > machine) {
    fail(0, announced + ", " + bytes_text(memory) + " in memory",
         "at most this machine's " + bytes_text(machine), "use fewer or smaller images");
  }
}

void ByteSource::expect_end() {
  const std::uint64_t end = offset_;
  char extra = 0;
  if (read_some(&extra, 1) == 0) return;
  fail(end, "trailing bytes after the data", "the end of the content",
       "the header is wrong or something was appended: write it again");
}

std::string ByteSource::where(std::uint64_t content_offset) const {
  return path_.string() + (packed() ? ", unpacked byte " : ", byte ") +
         std::to_string(content_offset);
}

void ByteSource::fail(std::uint64_t content_offset, std::string found, std::string allowed,
                      std::string remedy) const {
  throw Error(ErrorCode::bad_data, {what_, where(content_offset), std::move(found),
                                    std::move(allowed), std::move(remedy)});
}

void ByteSource::fail_raw(std::uint64_t raw_offset, std::string found, std::string allowed,
                          std::string remedy) const {
  throw Error(ErrorCode::bad_data, {what_, path_.string() + ", byte " + std::to_string(raw_offset),
                                    std::move(found), std::move(allowed), std::move(remedy)});
}

void ByteSource::fail_io(std::string found, std::string allowed, std::string remedy) const {
  throw Error(ErrorCode::io,
              {what_, path_.string(), std::move(found), std::move(allowed), std::move(remedy)});
}

}  // namespace vgan
