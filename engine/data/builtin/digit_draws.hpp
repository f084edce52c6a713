// The random numbers behind one image of the built-in digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/math/philox.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::digits {

/// One random number after another: the n-th is a pure function of (seed, subsequence, n).
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t subsequence) : seed_(seed), subsequence_(subsequence) {}

  std::uint32_t word() {
    if (next_ == words_.size()) {
      const math::Words4 block = math::philox_block(seed_, subsequence_, block_++);
      words_ = {block.x, block.y, block.z, block.w};
      next_ = 0;
    }
    return words_[next_++];
  }

  /// In [low, high].
  float uniform(float low, float high) { return math::uniform_between(word(), low, high); }

  /// Mean 0, deviation 1, never beyond 3.5, so that no digit falls apart: the sum of four uniform
  /// numbers of 16 bits.
  float gaussian() {
    const std::uint32_t a = word();
    const std::uint32_t b = word();
    const std::uint32_t sum = (a >> 16) + (a & 0xFFFFU) + (b >> 16) + (b & 0xFFFFU);
    return (static_cast<float>(sum) - 131070.0F) * (1.7320508F / 65536.0F);
  }

  /// In [0, bound), bound at most 2^32.
  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>((std::uint64_t{word()} * bound) >> 32);
  }

 private:
  std::uint64_t seed_;
  std::uint64_t subsequence_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  std::size_t next_ = 4;
};

}  // namespace vgan::digits
