// A pseudo-random permutation of [0, n) that is computed, not stored.
//
// A balanced Feistel network (M. Luby, C. Rackoff, SIAM J. Comput. 17(2), 1988) permutes the
// smallest even power of two that holds n; cycle-walking (J. Black, P. Rogaway, "Ciphers with
// arbitrary finite domains", CT-RSA 2002) brings a value past the end back into [0, n). The same
// pair is used on GPUs by R. Mitchell et al., "Bandwidth-optimal random shuffling for GPUs", ACM
// Trans. Parallel Comput. 9(1), 2022.
#pragma once

#include <cstdint>

#include "kernels/math/host_device.hpp"
#include "kernels/math/philox.hpp"

namespace vgan::math {

/// A bijection of [0, n) onto itself for 1 <= n <= 2^40; a pure function of (n, seed, pass).
/// Fewer than four evaluations of the network are expected for each position once n > 16.
class Permutation {
 public:
  VGAN_HOST_DEVICE Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t pass) : n_(n) {
    while ((std::uint64_t{1} << (2 * half_bits_)) < n) ++half_bits_;
    const std::uint64_t stream = subsequence(Purpose::shuffle, pass);
    for (int block = 0; block < rounds / 4; ++block) {
      const Words4 words = philox_block(seed, stream, static_cast<std::uint64_t>(block));
      keys_[4 * block + 0] = words.x;
      keys_[4 * block + 1] = words.y;
      keys_[4 * block + 2] = words.z;
      keys_[4 * block + 3] = words.w;
    }
  }

  /// Where `position`, which must be in [0, n), is sent.
  VGAN_HOST_DEVICE std::uint64_t operator()(std::uint64_t position) const {
    // The walk ends: `position` itself is on the cycle and lies below n.
    do {
      position = network(position);
    } while (position >= n_);
    return position;
  }

  /// to[i] = (*this)(first + i) for i in [0, count): the walks go side by side, for a processor's
  /// vectors.
  VGAN_HOST_DEVICE void consecutive(std::uint64_t first, int count, std::uint64_t* to) const {
    for (int i = 0; i < count; ++i) to[i] = network(first + static_cast<std::uint64_t>(i));
    std::uint64_t walking = 1;
    while (walking != 0) {
      walking = 0;
      for (int i = 0; i < count; ++i) {
        const std::uint64_t next = network(to[i]);
        to[i] = to[i] >= n_ ? next : to[i];
        walking |= to[i] >= n_ ? 1u : 0u;
      }
    }
  }

 private:
  static constexpr int rounds = 8;

  // The mixing constants and shifts are those of MurmurHash3's finaliser (A. Appleby).
  VGAN_HOST_DEVICE static std::uint32_t mix(std::uint32_t value) {
    value ^= value >> 16;
    value *= 0x85EBCA6Bu;
    value ^= value >> 13;
    value *= 0xC2B2AE35u;
    return value ^ (value >> 16);
  }

  VGAN_HOST_DEVICE std::uint64_t network(std::uint64_t value) const {
    const std::uint32_t mask = (std::uint32_t{1} << half_bits_) - 1u;
    std::uint32_t left = static_cast<std::uint32_t>(value >> half_bits_);
    std::uint32_t right = static_cast<std::uint32_t>(value) & mask;
    for (int round = 0; round < rounds; ++round) {
      const std::uint32_t mixed = (left ^ (mix(right + keys_[round]) >> 7)) & mask;
      left = right;
      right = mixed;
    }
    return (static_cast<std::uint64_t>(left) << half_bits_) | right;
  }

  std::uint64_t n_;
  // With 2 the 24 orders of four are visibly uneven at any number of rounds; with 3 they are not.
  std::uint32_t half_bits_ = 3;
  std::uint32_t keys_[rounds];
};

/// `Permutation(n, seed, pass)(position)`, for a single look-up.
VGAN_HOST_DEVICE inline std::uint64_t permute(std::uint64_t position, std::uint64_t n,
                                              std::uint64_t seed, std::uint64_t pass) {
  return Permutation(n, seed, pass)(position);
}

}  // namespace vgan::math
