// Latents from a mixture of Gaussians in place of one: G, which is continuous, need not reach from
// one mode of the data to the next through points that are no data.
//
//   z = sqrt(1 - s^2) m_k + s n,   k uniform in [0, K), m_k and n ~ N(0, I)
//
// S. Gurumurthy, R. K. Sarvadevabhatla, R. V. Babu, "DeLiGAN", 2017, arXiv:1706.02071, with centres
// and deviation that are not trained. Over all draws of the centres each number of z
// has variance 1.
//
// The centre m_k is numbers k * latent to (k + 1) * latent of the stream (seed, latent_centre, 0).
// n is row r's own part of its stream, and k is uniform_below(word r % 4 of block 2^62 + r / 4) of
// the same stream, where no noise reaches.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/math/host_device.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::math {

/// K = 1: no mixture, N(0, I).
struct LatentMixture {
  std::int64_t components = 1;
  std::uint64_t seed = 0;  ///< of the centres
  float deviation = 1.0f;  ///< s, in (0, 1]
  float spread = 0.0f;     ///< sqrt(1 - s^2)
};

inline LatentMixture mixture_of(std::int64_t components, std::uint64_t seed, double deviation) {
  return {components, seed, static_cast<float>(deviation),
          static_cast<float>(std::sqrt(1.0 - deviation * deviation))};
}

/// The component of row `row` of the stream (seed, subsequence).
VGAN_HOST_DEVICE inline std::uint64_t mixture_component(std::uint64_t seed,
                                                        std::uint64_t subsequence,
                                                        std::uint64_t row,
                                                        std::int64_t components) {
  const Words4 words = philox_block(seed, subsequence, (std::uint64_t{1} << 62) + row / 4);
  return static_cast<std::uint64_t>(
      uniform_below(word_of(words, static_cast<int>(row % 4)), static_cast<int>(components)));
}

/// The stream of the centres.
VGAN_HOST_DEVICE inline std::uint64_t centre_stream() {
  return subsequence(Purpose::latent_centre, 0);
}

VGAN_HOST_DEVICE inline float mixture_latent(const LatentMixture& mixture, float noise,
                                             float centre) {
  return mixture.spread * centre + mixture.deviation * noise;
}

}  // namespace vgan::math
