#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/quality/evaluation_file.hpp"

namespace vgan {
namespace {

/// The finaliser of SplitMix64 (S. Vigna 2015) over words of eight bytes: a digest that tells files
/// apart, not one that withstands an attacker.
class Digest {
 public:
  void add(std::string_view bytes) {
    add(static_cast<std::uint64_t>(bytes.size()));
    for (; bytes.size() >= sizeof(std::uint64_t); bytes.remove_prefix(sizeof(std::uint64_t))) {
      add(word_of(bytes, sizeof(std::uint64_t)));
    }
    if (!bytes.empty()) add(word_of(bytes, bytes.size()));
  }
  void add(std::uint64_t word) {
    state_ = (state_ ^ word) + 0x9E3779B97F4A7C15ULL;
    state_ = (state_ ^ (state_ >> 30)) * 0xBF58476D1CE4E5B9ULL;
    state_ = (state_ ^ (state_ >> 27)) * 0x94D049BB133111EBULL;
    state_ ^= state_ >> 31;
  }
  std::string text() const {
    constexpr const char* digits = "0123456789abcdef";
    std::string made;
    for (int shift = 60; shift >= 0; shift -= 4) made += digits[(state_ >> shift) & 15U];
    return made;
  }

 private:
  // One word on machines of either order of bytes.
  static std::uint64_t word_of(std::string_view bytes, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), count);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
  }

  std::uint64_t state_ = 0;
};

}  // namespace

std::string checkpoint_digest(const Checkpoint& checkpoint) {
  Digest digest;
  for (const auto& [name, value] : checkpoint.metadata) {
    digest.add(name);
    digest.add(value);
  }
  for (const auto& [name, tensor] : checkpoint.tensors) {
    digest.add(name);
    digest.add(static_cast<std::uint64_t>(tensor.type));
    for (const std::int64_t side : tensor.shape) digest.add(static_cast<std::uint64_t>(side));
    digest.add(
        std::string_view(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()));
  }
  return digest.text();
}

EvaluationIdentity EvaluationIdentity::of(const Checkpoint& checkpoint, std::uint64_t epoch,
                                          const Trials& beside) {
  const auto data = checkpoint.metadata.find("data");
  return {epoch, checkpoint_digest(checkpoint),
          data == checkpoint.metadata.end() ? "" : data->second, beside.fingerprint()};
}

std::string why_not_of(const EvaluationFile& evaluation, const EvaluationIdentity& wanted) {
  const EvaluationIdentity& own = evaluation.identity;
  if (own.checkpoint.empty()) return "it does not say which checkpoint it is of";
  if (own.epoch != wanted.epoch) {
    return "it is of epoch " + std::to_string(own.epoch) + ", and the checkpoint of epoch " +
           std::to_string(wanted.epoch);
  }
  if (own.checkpoint != wanted.checkpoint) return "it is of another checkpoint of that epoch";
  if (!wanted.trained_on.empty() && own.trained_on != wanted.trained_on) {
    return "it is of a model that was trained on other trials";
  }
  if (!wanted.beside.empty() && own.beside != wanted.beside) {
    return "its samples stand beside other real trials";
  }
  return "";
}

}  // namespace vgan
