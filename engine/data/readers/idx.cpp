#include "engine/data/readers/idx.hpp"

#include <array>
#include <bit>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/text.hpp"
#include "engine/data/readers/byte_source.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/stored_values.hpp"

namespace vgan {
namespace {

std::optional<ValueType> type_of(unsigned char type) {
  switch (type) {
    case 0x08: return ValueType::u8;
    case 0x09: return ValueType::i8;
    case 0x0B: return ValueType::i16;
    case 0x0C: return ValueType::i32;
    case 0x0D: return ValueType::f32;
    case 0x0E: return ValueType::f64;
    default: return std::nullopt;
  }
}

// The format is big-endian.
constexpr bool swapped = std::endian::native == std::endian::little;

// What the file should be: images have 3 dimensions, with channels 4; labels 1, or 2 where what
// else is known of a trial stands beside its label, as in QMNIST.
struct Wanted {
  unsigned char fewest_dims, most_dims;
  const char* allowed;
  const char* numbers;  ///< what one dimension less than the most has

  bool holds(unsigned char dims) const { return dims >= fewest_dims && dims <= most_dims; }
};

constexpr Wanted wanted_images = {
    3, 4, "IDX images (magic 00 00 TYPE 03, with channels 00 00 TYPE 04)", "pixels"};
constexpr Wanted wanted_labels = {1, 2, "IDX labels (magic 00 00 TYPE 01 or 02)", "labels"};

[[noreturn]] void fail_dims(const ByteSource& source, unsigned char dims, const Wanted& wanted) {
  std::string found = "IDX data of " + counted(unsigned{dims}, "dimension");
  std::string remedy = "check that this is the right file";
  if (wanted_labels.holds(dims)) {
    found = "IDX labels (" + counted(unsigned{dims}, "dimension") + ")";
    remedy = "give the images with --data and this file with --labels";
  } else if (wanted_images.holds(dims)) {
    found = "IDX images (" + std::to_string(dims) + " dimensions)";
    remedy = "give the labels with --labels and this file with --data";
  }
  source.fail(3, std::move(found), wanted.allowed, std::move(remedy));
}

/// What the header says.
struct IdxHeader {
  ValueType type = ValueType::u8;
  std::vector<std::int64_t> sizes;
  std::string promise;  ///< "60000 x 28 x 28 pixels"
};

void check_magic(ByteSource& source, const Wanted& wanted) {
  const std::string_view head = source.head();
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
  if (head.size() >= 4 && at(0) == 0 && at(1) == 0 && type_of(at(2))) {
    if (!wanted.holds(at(3))) fail_dims(source, at(3), wanted);
    return;
  }
  ContentGuess guess = guess_content(head);
  source.fail(0, std::move(guess.found), wanted.allowed, std::move(guess.remedy));
}

std::int64_t read_dimension(ByteSource& source) {
  std::array<unsigned char, 4> raw{};
  const std::uint64_t at = source.offset();
  source.read_exactly(raw.data(), raw.size(), "the header");
  const std::uint32_t size = std::uint32_t{raw[0]} << 24 | std::uint32_t{raw[1]} << 16 |
                             std::uint32_t{raw[2]} << 8 | std::uint32_t{raw[3]};
  if (size == 0) {
    source.fail(at, "a dimension of 0", "1 or more", "write the file again with its real size");
  }
  return size;
}

IdxHeader read_header(ByteSource& source, const Wanted& wanted) {
  check_magic(source, wanted);
  std::array<unsigned char, 4> magic{};
  source.read_exactly(magic.data(), magic.size(), "the magic");
  IdxHeader header{*type_of(magic[2]), {}, ""};
  for (int i = 0; i < magic[3]; ++i) {
    header.sizes.push_back(read_dimension(source));
    header.promise += (i > 0 ? " x " : "") + std::to_string(header.sizes.back());
  }
  header.promise += std::string(" ") + (magic[3] < wanted.most_dims ? wanted.numbers : "values");
  auto bytes = static_cast<std::uint64_t>(info_of(header.type).bytes);
  for (const std::int64_t size : header.sizes) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      source.fail(4, "a header that announces " + header.promise, "a product below 2^64 bytes",
                  "the header is wrong: download or write the file again");
    }
  }
  return header;
}

}  // namespace

Trials read_idx_trials(const std::filesystem::path& path, const ShapeWish& wish) {
  ByteSource source(path, "cannot read IDX images");
  const IdxHeader header = read_header(source, wanted_images);
  // The format is one of pictures: convolutions over curves take them as such.
  ShapeWish pictures = wish;
  pictures.curves = wish.curves && !wish.shape.empty();
  const TrialAxes axes = trial_axes(header.sizes[0], {header.sizes.begin() + 1, header.sizes.end()},
                                    pictures, source.where(4));
  std::vector<StridedAxis> stored(header.sizes.size());
  std::uint64_t stride = 1;
  for (std::size_t i = stored.size(); i-- > 0; stride *= stored[i].size) {
    stored[i] = {static_cast<std::uint64_t>(header.sizes[i]), stride};
  }
  std::vector<StridedAxis> ordered{stored[0]};
  for (const std::size_t axis : axes.order) ordered.push_back(stored[axis + 1]);
  Trials trials;
  trials.count = header.sizes[0];
  trials.shape = axes.trial;
  trials.source = source.name();
  read_stored_values(source, {StridedArray(ordered), header.type, swapped, header.promise}, trials);
  return trials;
}

Labels read_idx_labels(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read IDX labels");
  const IdxHeader header = read_header(source, wanted_labels);
  return read_stored_labels(source,
                            {header.type, swapped, header.sizes[0],
                             header.sizes.size() == 2 ? header.sizes[1] : 1, header.promise});
}

}  // namespace vgan
