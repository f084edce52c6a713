// Philox4x32-10, a counter-based random generator: each word is a pure function of its place.
//
// J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2,
// 3", SC '11, 2011, doi:10.1145/2063384.2063405.
#pragma once

#include <cstdint>

#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// One block of 4 x 32 bits: a counter on the way in, random words on the way out.
struct Words4 {
  std::uint32_t x, y, z, w;
};

/// Word `lane` of 0 to 3.
VGAN_HOST_DEVICE inline std::uint32_t word_of(const Words4& words, int lane) {
  return lane == 0 ? words.x : lane == 1 ? words.y : lane == 2 ? words.z : words.w;
}

/// Ten rounds. `key0` and `key1` advance by the Weyl constants (golden ratio, sqrt(3) - 1).
VGAN_HOST_DEVICE inline Words4 philox4x32_10(Words4 counter, std::uint32_t key0,
                                             std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53u} * counter.x;
    const std::uint64_t odd = std::uint64_t{0xCD9E8D57u} * counter.z;
    counter = {static_cast<std::uint32_t>(odd >> 32) ^ counter.y ^ key0,
               static_cast<std::uint32_t>(odd),
               static_cast<std::uint32_t>(even >> 32) ^ counter.w ^ key1,
               static_cast<std::uint32_t>(even)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/// Block `block` of a stream, in cuRAND's order: what `curand_init(seed, subsequence, 4 * block,
/// &state)` and then `curand4(&state)` return.
VGAN_HOST_DEVICE inline Words4 philox_block(std::uint64_t seed, std::uint64_t subsequence,
                                            std::uint64_t block) {
  const Words4 counter = {
      static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
      static_cast<std::uint32_t>(subsequence), static_cast<std::uint32_t>(subsequence >> 32)};
  return philox4x32_10(counter, static_cast<std::uint32_t>(seed),
                       static_cast<std::uint32_t>(seed >> 32));
}

/// What a random number is for. The values are part of the checkpoint's meaning: append only.
enum class Purpose : std::uint32_t {
  initialise = 0,
  latent = 1,
  shuffle = 2,
  instance_noise_real = 3,
  instance_noise_fake = 4,
  sample = 5,
  preview = 6,
  posterior = 7,
  interpolate = 8,
  augment_real = 9,
  augment_fake = 10,
  component = 11,
  latent_centre = 12,
  cell_mask = 13,
  dropout = 14,
  features = 15,
};

/// The stream for one purpose at one step; room for 16 purposes, steps below 2^60.
VGAN_HOST_DEVICE inline std::uint64_t subsequence(Purpose purpose, std::uint64_t step) {
  return step * 16u + static_cast<std::uint64_t>(purpose);
}

}  // namespace vgan::math
