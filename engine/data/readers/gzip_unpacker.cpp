#include <string>
#include <utility>

#include "engine/base/text.hpp"
#include "engine/data/readers/inflater.hpp"
#include "engine/data/readers/unpacker.hpp"

namespace vgan {
namespace {

class GzipUnpacker final : public Unpacker {
 public:
  explicit GzipUnpacker(std::shared_ptr<const RawFile> file)
      : file_(std::move(file)),
        inflater_(PackedBytes(file_, 0, file_->size()), Inflater::Wrapping::gzip) {}

  std::size_t read(void* to, std::size_t bytes) override {
    std::size_t total = 0;
    while (!at_end_) {
      total += inflater_.read(static_cast<char*>(to) + total, bytes - total);
      if (!inflater_.finished()) break;
      at_end_ = !next_member();
    }
    return total;
  }

  std::uint64_t most_bytes() const override {
    std::uint64_t most = 0;
    return __builtin_mul_overflow(file_->size(), most_deflate_ratio, &most) ? UINT64_MAX : most;
  }

  const char* name() const override { return "gzip"; }

 private:
  // At the end of one gzip member: true where another one follows (RFC 1952, section 2.2). NUL
  // bytes before it or the end are padding, as tar and tapes leave it; gzip itself passes over
  // them.
  bool next_member() {
    if (!inflater_.skip_zeros()) return false;
    if (inflater_.next_byte() != 0x1f) {
      const std::uint64_t at = inflater_.offset();
      file_->fail(at, counted(file_->size() - at, "byte") + " after the gzip stream",
                  "the end of the file",
                  "gunzip -c FILE > unpacked leaves them out; or download it again");
    }
    inflater_.restart();
    return true;
  }

  std::shared_ptr<const RawFile> file_;
  Inflater inflater_;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> make_gzip_unpacker(std::shared_ptr<const RawFile> file) {
  return std::make_unique<GzipUnpacker>(std::move(file));
}

std::unique_ptr<Unpacker> unpacker_for(std::string_view head, std::shared_ptr<const RawFile> file) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x1f\x8b"sv)) return make_gzip_unpacker(std::move(file));
  // A frame, or one that is passed over, which some writers begin with (RFC 8878, section 3.1).
  const bool frame = head.starts_with("\x28\xb5\x2f\xfd"sv);
  const bool skippable = head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xf0) == 0x50 &&
                         head.substr(1, 3) == "\x2a\x4d\x18"sv;
  if (frame || skippable) return make_zstd_unpacker(std::move(file));
  return nullptr;
}

}  // namespace vgan
