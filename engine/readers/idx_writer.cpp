#include "engine/readers/idx_writer.hpp"

#include <string>
#include <vector>

#include "engine/error.hpp"

namespace vgan {

IdxWriter::IdxWriter(const std::filesystem::path& path, std::int64_t count, std::int64_t height,
                     std::int64_t width, std::int64_t channels)
    : file_(path, "cannot write IDX images") {
  std::vector<std::int64_t> shape = {count, height, width};
  if (channels != 1) shape.push_back(channels);
  std::string header = {0, 0, 0x08, static_cast<char>(shape.size())};
  std::uint64_t pixels = 1;
  for (const std::int64_t size : shape) {
    if (size < 1 || size > INT64_C(0xffffffff) ||
        __builtin_mul_overflow(pixels, static_cast<std::uint64_t>(size), &pixels)) {
      throw Error(
          ErrorCode::bad_config,
          {"cannot write IDX images", path.string(),
           std::to_string(count) + " x " + std::to_string(height) + " x " + std::to_string(width) +
               (channels == 1 ? " pixels" : " x " + std::to_string(channels) + " values"),
           "sizes from 1 to 4294967295, less than 2^64 pixels in all", "write .npy"});
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      header += static_cast<char>(size >> shift);
    }
  }
  missing_ = pixels;
  file_.write(header.data(), header.size());
}

void IdxWriter::append(std::span<const std::uint8_t> pixels) {
  if (pixels.size() > missing_) {
    throw Error(ErrorCode::internal, {"cannot write IDX images", file_.path().string(),
                                      std::to_string(pixels.size()) + " more pixels",
                                      std::to_string(missing_) + " still announced", ""});
  }
  file_.write(pixels.data(), pixels.size());
  missing_ -= pixels.size();
}

void IdxWriter::finish() {
  if (missing_ != 0) {
    throw Error(ErrorCode::internal,
                {"cannot write IDX images", file_.path().string(),
                 std::to_string(missing_) + " announced pixels that never came", "none", ""});
  }
  file_.commit();
}

}  // namespace vgan
