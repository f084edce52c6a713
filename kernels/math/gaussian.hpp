// Normal deviates from random words: Box-Muller, in cuRAND's pairing.
//
// G. E. P. Box, M. E. Muller, "A note on the generation of random normal deviates", Ann. Math.
// Statist. 29(2), 1958. The words, their pairing and the sine-first order are those of cuRAND's
// `curand_normal4` on a Philox state; the values differ from it in the last places only, because
// the logarithm and the sine are this project's own.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/elementary.hpp"
#include "kernels/math/host_device.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::math {

struct Pair {
  float first, second;
};

/// Two independent N(0, 1) deviates from two words; at most 6.77 in size (sqrt(2 ln 2^33)).
VGAN_HOST_DEVICE inline Pair box_muller(std::uint32_t a, std::uint32_t b) {
  const float radius = std::sqrt(-2.0f * log(uniform(a)));
  float sine, cosine;
  sin_cos_2pi(uniform(b), &sine, &cosine);
  return {radius * sine, radius * cosine};
}

/// Elements 4 * block .. 4 * block + 3 of a stream.
VGAN_HOST_DEVICE inline void gaussian4(std::uint64_t seed, std::uint64_t subsequence,
                                       std::uint64_t block, float out[4]) {
  const Words4 words = philox_block(seed, subsequence, block);
  const Pair low = box_muller(words.x, words.y);
  const Pair high = box_muller(words.z, words.w);
  out[0] = low.first;
  out[1] = low.second;
  out[2] = high.first;
  out[3] = high.second;
}

/// Element `element` of a stream: lane element % 4 of block element / 4.
VGAN_HOST_DEVICE inline float gaussian(std::uint64_t seed, std::uint64_t subsequence,
                                       std::uint64_t element) {
  const Words4 words = philox_block(seed, subsequence, element / 4);
  const bool high = (element & 2u) != 0;
  const Pair pair = box_muller(high ? words.z : words.x, high ? words.w : words.y);
  return (element & 1u) != 0 ? pair.second : pair.first;
}

}  // namespace vgan::math
