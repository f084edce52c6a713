#include "engine/readers/image_set.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "engine/error.hpp"

namespace vgan {
namespace {

constexpr std::uint64_t fnv_offset = 14695981039346656037ULL;
constexpr std::uint64_t fnv_prime = 1099511628211ULL;

// FNV-1a over words of eight bytes, high bits folded down, so that 47 MB of MNIST take
// milliseconds.
std::uint64_t fnv1a(std::uint64_t hash, const void* data, std::size_t bytes) {
  const auto* at = static_cast<const unsigned char*>(data);
  for (; bytes >= 8; bytes -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * fnv_prime;
    hash ^= hash >> 32;  // a product carries upwards only
  }
  for (; bytes > 0; --bytes, ++at) hash = (hash ^ *at) * fnv_prime;
  return hash;
}

void require_within(const ImageSet& images, std::int64_t first, std::int64_t n) {
  if (first >= 0 && n >= 0 && first <= images.count && n <= images.count - first) return;
  throw Error(ErrorCode::internal,
              {"no such images", images.source,
               std::to_string(n) + " from number " + std::to_string(first) + " on",
               std::to_string(images.count) + " images", ""});
}

std::string text_of(std::uint64_t hash) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

template <class Number>
std::uint64_t hash_of(std::uint64_t hash, const std::vector<Number>& values) {
  return fnv1a(hash, values.data(), values.size() * sizeof(Number));
}

}  // namespace

std::size_t ImageSet::bytes() const {
  return std::visit([](const auto& values) { return values.size() * sizeof(values[0]); }, pixels);
}

std::vector<std::int64_t> ImageSet::array_shape() const {
  std::vector<std::int64_t> axes{count};
  if (kind == TrialKind::image) axes.push_back(height);
  axes.push_back(kind == TrialKind::row ? pixels_per_image() : width);
  if (kind != TrialKind::row && channels > 1) axes.push_back(channels);
  return axes;
}

ValueType ImageSet::value_type() const {
  if (file_type) return *file_type;
  return std::visit(
      [](const auto& values) {
        return value_type_of<typename std::decay_t<decltype(values)>::value_type>();
      },
      pixels);
}

ImageSet ImageSet::outline() const {
  ImageSet made;
  made.height = height;
  made.width = width;
  made.channels = channels;
  made.kind = kind;
  std::visit([&](const auto& values) { made.pixels = std::decay_t<decltype(values)>(); }, pixels);
  made.file_type = file_type;
  made.low = low;
  made.high = high;
  made.by_values = by_values;
  made.class_names = class_names;
  made.source = source;
  return made;
}

ImageSet ImageSet::part(std::int64_t first, std::int64_t n) const {
  require_within(*this, first, n);
  const auto cut = [&](const auto& values, std::int64_t each) {
    const auto begin = values.begin() + first * each;
    return std::decay_t<decltype(values)>(begin, begin + n * each);
  };
  ImageSet made = outline();
  made.count = n;
  std::visit([&](const auto& values) { made.pixels = cut(values, pixels_per_image()); }, pixels);
  if (!labels.empty()) made.labels = cut(labels, 1);
  made.conditions = cut(conditions, condition_size);
  made.condition_size = condition_size;
  return made;
}

void ImageSet::keep_first(std::int64_t n) {
  require_within(*this, 0, n);
  const auto images = static_cast<std::size_t>(n);
  const auto each = static_cast<std::size_t>(pixels_per_image());
  std::visit([&](auto& values) { values.resize(images * each); }, pixels);
  if (!labels.empty()) labels.resize(images);
  conditions.resize(images * static_cast<std::size_t>(condition_size));
  count = n;
}

std::string ImageSet::fingerprint() const {
  // One channel hashes as it did before there were others, so that old runs can be resumed.
  const std::int64_t shape[4] = {count, height, width, channels};
  const std::size_t sizes = channels == 1 ? 3 : 4;
  const std::uint64_t hash = fnv1a(fnv_offset, shape, sizes * sizeof(shape[0]));
  return text_of(std::visit([&](const auto& values) { return hash_of(hash, values); }, pixels));
}

std::string ImageSet::labels_fingerprint() const { return text_of(hash_of(fnv_offset, labels)); }

std::string ImageSet::conditions_fingerprint() const {
  return text_of(hash_of(fnv1a(fnv_offset, &condition_size, sizeof(condition_size)), conditions));
}

void ImageSet::require_consistent() const {
  const std::int64_t each = pixels_per_image();
  if (count < 1 || height < 1 || width < 1 || channels < 1) {
    throw Error(ErrorCode::bad_data,
                {"no data to train on", source,
                 std::to_string(count) + " images of " + std::to_string(each) + " pixels",
                 "at least one image of one pixel", ""});
  }
  const std::size_t held = std::visit([](const auto& values) { return values.size(); }, pixels);
  if (held / static_cast<std::size_t>(each) != static_cast<std::size_t>(count) ||
      held % static_cast<std::size_t>(each) != 0) {
    throw Error(ErrorCode::bad_data,
                {"data that contradict themselves", source, std::to_string(held) + " pixels",
                 std::to_string(count) + " images of " + std::to_string(each), ""});
  }
  if (!labels.empty() && labels.size() != static_cast<std::size_t>(count)) {
    throw Error(ErrorCode::bad_data,
                {"data that contradict themselves", source,
                 std::to_string(labels.size()) + " labels", std::to_string(count), ""});
  }
  const auto wanted_conditions =
      static_cast<std::size_t>(count) * static_cast<std::size_t>(condition_size);
  if (condition_size < 0 || conditions.size() != wanted_conditions) {
    throw Error(ErrorCode::bad_data,
                {"data that contradict themselves", source,
                 std::to_string(conditions.size()) + " numbers of conditions",
                 std::to_string(count) + " x " + std::to_string(condition_size), ""});
  }
  if (!(low < high) || !std::isfinite(high - low)) {
    throw Error(ErrorCode::bad_data, {"data without a range", source,
                                      std::to_string(low) + " to " + std::to_string(high),
                                      "finite, low below high", ""});
  }
}

}  // namespace vgan
