#include "engine/data/readers/byte_source.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(std::size_t) == 8);

constexpr std::size_t head_bytes = 64;

std::string bytes_text(std::uint64_t bytes) { return counted(bytes, "byte"); }

}  // namespace

ByteSource::ByteSource(std::filesystem::path path, std::string what, Unpack unpack)
    : file_(std::make_shared<const RawFile>(std::move(path), std::move(what))),
      name_(file_->name()) {
  if (unpack == Unpack::by_content) {
    std::array<char, 4> magic{};
    const std::size_t got = file_->read_at(magic.data(), magic.size(), 0);
    unpacker_ = unpacker_for(std::string_view(magic.data(), got), file_);
  }
  read_head();
}

ByteSource::ByteSource(std::shared_ptr<const RawFile> file, std::unique_ptr<Unpacker> content,
                       const std::string& part)
    : file_(std::move(file)), name_(file_->name() + ", " + part), unpacker_(std::move(content)) {
  read_head();
}

void ByteSource::read_head() {
  std::array<char, head_bytes> first{};
  const std::size_t got = read_content(first.data(), first.size());
  head_.assign(first.data(), got);
  if (got == 0) fail(0, "nothing, the content is empty", "data", "download or write it again");
}

std::size_t ByteSource::read_content(void* to, std::size_t bytes) {
  if (unpacker_ != nullptr) return unpacker_->read(to, bytes);
  const std::size_t got = file_->read_at(to, bytes, raw_offset_);
  raw_offset_ += got;
  return got;
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
    const std::string allowed = packed()
                                    ? "at most " + bytes_text(most) + " from " +
                                          bytes_text(file_->size()) + " of " + unpacker_->name()
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
  return name_ + (packed() ? ", unpacked byte " : ", byte ") + std::to_string(content_offset);
}

void ByteSource::fail(std::uint64_t content_offset, std::string found, std::string allowed,
                      std::string remedy) const {
  throw Error(ErrorCode::bad_data, {file_->what(), where(content_offset), std::move(found),
                                    std::move(allowed), std::move(remedy)});
}

}  // namespace vgan
