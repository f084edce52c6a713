// Zstandard (RFC 8878), by libzstd.
#include <zstd.h>

#include <new>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/libraries.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/unpacker.hpp"

namespace vgan {
namespace {

// A block spends at least 4 bytes on at most 128 KiB, all of them equal.
constexpr std::uint64_t most_zstd_ratio = (std::uint64_t{128} << 10) / 4;

class ZstdUnpacker final : public Unpacker {
 public:
  explicit ZstdUnpacker(std::shared_ptr<const RawFile> file)
      : file_(std::move(file)), packed_(file_, 0, file_->size()), stream_(ZSTD_createDStream()) {
    if (!stream_) throw std::bad_alloc();
  }

  std::size_t read(void* to, std::size_t bytes) override {
    ZSTD_outBuffer out{to, bytes, 0};
    while (out.pos < out.size) {
      if (in_.pos == in_.size) {
        const auto chunk = packed_.next();
        in_ = {chunk.data(), chunk.size(), 0};
      }
      const bool at_end = in_.size == 0;
      // Between two frames there is nothing to ask for.
      if (at_end && between_) break;
      const std::size_t before = out.pos;
      const std::size_t status = ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (ZSTD_isError(status) != 0) fail(status);
      between_ = status == 0;
      if (at_end && !between_ && out.pos == before) {
        file_->fail(packed_.offset(),
                    "the end of the file inside a zstd frame, after " +
                        counted(unpacked_ + out.pos, "byte") + " unpacked",
                    "a whole zstd frame", "the file is truncated: download or copy it again");
      }
    }
    unpacked_ += out.pos;
    return out.pos;
  }

  std::uint64_t most_bytes() const override {
    std::uint64_t most = 0;
    return __builtin_mul_overflow(file_->size(), most_zstd_ratio, &most) ? UINT64_MAX : most;
  }

  const char* name() const override { return "zstd"; }

 private:
  [[noreturn]] void fail(std::size_t status) const {
    file_->fail(packed_.offset() - (in_.size - in_.pos),
                "a broken zstd frame (" + std::string(ZSTD_getErrorName(status)) + ")",
                "whole zstd frames, of windows up to 128 MiB", "download or copy it again");
  }

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  std::shared_ptr<const RawFile> file_;
  PackedBytes packed_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool between_ = false;  // a frame has ended and no other begun
  std::uint64_t unpacked_ = 0;
};

}  // namespace

std::vector<Library> zstd_libraries() { return {{"libzstd", ZSTD_versionString(), ""}}; }

std::unique_ptr<Unpacker> make_zstd_unpacker(std::shared_ptr<const RawFile> file) {
  return std::make_unique<ZstdUnpacker>(std::move(file));
}

}  // namespace vgan
