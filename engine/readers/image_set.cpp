#include "engine/readers/image_set.hpp"

#include <cstdio>
#include <cstring>

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

}  // namespace

std::size_t ImageSet::bytes() const {
  return std::visit([](const auto& values) { return values.size() * sizeof(values[0]); }, pixels);
}

std::string ImageSet::fingerprint() const {
  const std::int64_t shape[3] = {count, height, width};
  std::uint64_t hash = fnv1a(fnv_offset, shape, sizeof(shape));
  hash = std::visit(
      [&](const auto& values) {
        return fnv1a(hash, values.data(), values.size() * sizeof(values[0]));
      },
      pixels);
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace vgan
