// cuRAND's device Philox, by the project's own (tests/kernels/math compares that with cuRAND itself).
#pragma once

#include "cuda_runtime.h"
#include "kernels/math/philox.hpp"

struct curandStatePhilox4_32_10 {
  std::uint64_t seed, subsequence, offset;
};
using curandStatePhilox4_32_10_t = curandStatePhilox4_32_10;

inline void curand_init(unsigned long long seed, unsigned long long subsequence,
                        unsigned long long offset, curandStatePhilox4_32_10_t* state) {
  *state = {seed, subsequence, offset};
}

inline unsigned curand(curandStatePhilox4_32_10_t* state) {
  const vgan::math::Words4 block =
      vgan::math::philox_block(state->seed, state->subsequence, state->offset / 4);
  const unsigned words[4] = {block.x, block.y, block.z, block.w};
  return words[state->offset++ % 4];
}

/// The next four words, wherever in a block they start.
inline uint4 curand4(curandStatePhilox4_32_10_t* state) {
  if (state->offset % 4 == 0) {
    const vgan::math::Words4 block =
        vgan::math::philox_block(state->seed, state->subsequence, state->offset / 4);
    state->offset += 4;
    return {block.x, block.y, block.z, block.w};
  }
  uint4 words{};
  words.x = curand(state);
  words.y = curand(state);
  words.z = curand(state);
  words.w = curand(state);
  return words;
}

inline void skipahead(unsigned long long words, curandStatePhilox4_32_10_t* state) {
  state->offset += words;
}
