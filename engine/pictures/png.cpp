#include "engine/pictures/png.hpp"

#include <png.h>

#include <cstring>
#include <string>

#include "engine/base/error.hpp"
#include "engine/files/atomic_file.hpp"

namespace vgan {
namespace {

Error png_error(const std::string& found, const std::string& allowed) {
  return Error(ErrorCode::internal, {"cannot encode a PNG picture", "", found, allowed, ""});
}

template <class Image>
std::vector<std::byte> encode(const Image& image, std::size_t channels, png_uint_32 format) {
  const std::string size = std::to_string(image.width) + " x " + std::to_string(image.height);
  if (image.width <= 0 || image.height <= 0) throw png_error(size + " pixels", "at least 1 x 1");
  const std::size_t expected =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * channels;
  if (image.pixels.size() != expected) {
    throw png_error(std::to_string(image.pixels.size()) + " bytes for " + size + " pixels",
                    std::to_string(expected));
  }
  png_image control;
  std::memset(&control, 0, sizeof(control));
  control.version = PNG_IMAGE_VERSION;
  control.width = static_cast<png_uint_32>(image.width);
  control.height = static_cast<png_uint_32>(image.height);
  control.format = format;
  png_alloc_size_t used = PNG_IMAGE_PNG_SIZE_MAX(control);
  std::vector<std::byte> file(used);
  if (png_image_write_to_memory(&control, file.data(), &used, 0, image.pixels.data(), 0, nullptr) ==
      0) {
    throw png_error(control.message, "");
  }
  file.resize(used);
  return file;
}

void write(const FilePlace& place, const std::vector<std::byte>& bytes) {
  AtomicFile file(place);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

}  // namespace

std::vector<std::byte> encode_png(const GrayImage& image) {
  return encode(image, 1, PNG_FORMAT_GRAY);
}

std::vector<std::byte> encode_png(const RgbImage& image) {
  return encode(image, 3, PNG_FORMAT_RGB);
}

void write_png(const FilePlace& place, const GrayImage& image) { write(place, encode_png(image)); }

void write_png(const FilePlace& place, const RgbImage& image) { write(place, encode_png(image)); }

void write_png(const FilePlace& place, const Picture& picture) {
  std::visit([&](const auto& image) { write_png(place, image); }, picture);
}

}  // namespace vgan
