#include "engine/readers/idx.hpp"

#include <array>
#include <string>
#include <utility>

#include "engine/readers/byte_source.hpp"
#include "engine/readers/content_guess.hpp"

namespace vgan {
namespace {

constexpr unsigned char type_u8 = 0x08;

const char* type_name(unsigned char type) {
  switch (type) {
    case 0x08: return "u8";
    case 0x09: return "i8";
    case 0x0B: return "i16";
    case 0x0C: return "i32";
    case 0x0D: return "f32";
    case 0x0E: return "f64";
    default: return nullptr;
  }
}

constexpr std::uint64_t most_channels = 3;

// What the file should be: images have 3 dimensions, with channels 4; labels 1.
struct Wanted {
  unsigned char fewest_dims, most_dims;
  const char* allowed;

  bool holds(unsigned char dims) const { return dims >= fewest_dims && dims <= most_dims; }
};

constexpr Wanted wanted_images = {
    3, 4, "IDX images of u8 (magic 00 00 08 03, with channels 00 00 08 04)"};
constexpr Wanted wanted_labels = {1, 1, "IDX labels of u8 (magic 00 00 08 01)"};

[[noreturn]] void fail_dims(const ByteSource& source, unsigned char dims, const Wanted& wanted) {
  std::string found = "IDX data of " + std::to_string(dims) + " dimensions";
  std::string remedy = "check that this is the right file";
  if (wanted_labels.holds(dims)) {
    found = "IDX labels (1 dimension)";
    remedy = "give the images here and this file as the labels";
  } else if (wanted_images.holds(dims)) {
    found = "IDX images (" + std::to_string(dims) + " dimensions)";
    remedy = "give the labels here and this file as the images";
  }
  source.fail(3, std::move(found), wanted.allowed, std::move(remedy));
}

// Returns the number of dimensions.
int check_magic(ByteSource& source, const Wanted& wanted) {
  const std::string_view head = source.head();
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  if (head.size() >= 4 && at(0) == 0 && at(1) == 0 && type_name(at(2)) != nullptr) {
    if (at(2) != type_u8) {
      source.fail(2, std::string("IDX data of type ") + type_name(at(2)), wanted.allowed,
                  "convert it to u8 or to a .npy array of float32");
    }
    if (!wanted.holds(at(3))) fail_dims(source, at(3), wanted);
  } else {
    ContentGuess guess = guess_content(head);
    source.fail(0, std::move(guess.found), wanted.allowed, std::move(guess.remedy));
  }
  std::array<unsigned char, 4> magic{};
  source.read_exactly(magic.data(), magic.size(), "the magic");
  return magic[3];
}

std::uint64_t read_dimension(ByteSource& source) {
  std::array<unsigned char, 4> raw{};
  const std::uint64_t at = source.offset();
  source.read_exactly(raw.data(), raw.size(), "the header");
  const std::uint64_t size = std::uint64_t{raw[0]} << 24 | std::uint64_t{raw[1]} << 16 |
                             std::uint64_t{raw[2]} << 8 | std::uint64_t{raw[3]};
  if (size == 0) {
    source.fail(at, "a dimension of 0", "1 or more", "write the file again with its real size");
  }
  return size;
}

std::uint64_t read_channels(ByteSource& source) {
  const std::uint64_t at = source.offset();
  const std::uint64_t channels = read_dimension(source);
  if (channels > most_channels) {
    source.fail(at, std::to_string(channels) + " channels", "N x H x W x C, C being 1, 2 or 3",
                "write the channels of a pixel side by side, or as images of their own");
  }
  return channels;
}

}  // namespace

ImageSet read_idx_images(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read IDX images");
  const int dims = check_magic(source, wanted_images);
  const std::uint64_t count = read_dimension(source);
  const std::uint64_t height = read_dimension(source);
  const std::uint64_t width = read_dimension(source);
  const std::uint64_t channels = dims == 4 ? read_channels(source) : 1;
  const std::string promise =
      std::to_string(count) + " x " + std::to_string(height) + " x " + std::to_string(width) +
      (dims == 4 ? " x " + std::to_string(channels) + " values" : " pixels");
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(count, height * width, &bytes) ||
      __builtin_mul_overflow(bytes, channels, &bytes)) {
    source.fail(4, "a header that announces " + promise, "a product below 2^64 bytes",
                "the header is wrong: download or write the file again");
  }
  source.expect_data(bytes, bytes, promise);
  ImageSet images;
  images.pixels = source.read_values<std::uint8_t>(bytes);
  source.expect_end();
  images.count = static_cast<std::int64_t>(count);
  images.height = static_cast<std::int64_t>(height);
  images.width = static_cast<std::int64_t>(width);
  images.channels = static_cast<std::int64_t>(channels);
  images.source = path.string();
  return images;
}

std::vector<std::int32_t> read_idx_labels(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read IDX labels");
  check_magic(source, wanted_labels);
  const std::uint64_t count = read_dimension(source);
  source.expect_data(count, count * sizeof(std::int32_t), std::to_string(count) + " labels");
  auto labels = source.read_values<std::uint8_t, std::int32_t>(count);
  source.expect_end();
  return labels;
}

}  // namespace vgan
