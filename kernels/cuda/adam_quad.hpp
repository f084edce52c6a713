// Adam on four weights side by side: what the arena's own launch and the fused updates share.
#pragma once

#include <cstdint>

#include "kernels/cuda/quad.hpp"
#include "kernels/math/adam.hpp"
#include "kernels/math/bit_cast.hpp"
#include "kernels/ops/adam.hpp"
#include "kernels/ops/step_state.hpp"

namespace vgan::cuda {

/// Whether every fourth element is aligned to four, in each section that there is.
inline bool starts_quads(const AdamArena& arena) {
  return starts_quads(arena.weights.data, sizeof(float)) &&
         starts_quads(arena.gradients.data, sizeof(float)) &&
         starts_quads(arena.m.data, sizeof(float)) && starts_quads(arena.v.data, sizeof(float)) &&
         starts_quads(arena.average.data, sizeof(float)) &&
         starts_quads(arena.shadow.data, sizeof(math::BFloat16));
}

#if defined(__CUDACC__)

/// What all updates of a step share.
struct AdamConstants {
  math::AdamStep step;
  float average_decay;
};

/// Writes the constants of step counter.value() + 1, by a whole warp: two lanes find the two
/// powers, a chain of some 30 products in double each, at the same time.
__device__ inline void find_adam_constants(const AdamRates& rates, StepCounter counter,
                                           const AdamState* network, AdamConstants* constants,
                                           const float* gradient_scale = nullptr) {
  constexpr unsigned whole_warp = 0xFFFFFFFFu;
  const unsigned lane = threadIdx.x % 32;
  const std::uint64_t t = counter.value() + 1;
  const double power = math::power(lane == 0 ? rates.beta1 : rates.beta2, t);
  const double beta1_power = __shfl_sync(whole_warp, power, 0);
  const double beta2_power = __shfl_sync(whole_warp, power, 1);
  if (lane != 0) return;
  constants->step = math::make_adam_step(network->learning_rate, rates.beta1, rates.beta2,
                                         rates.epsilon, beta1_power, beta2_power);
  constants->step.keep = static_cast<float>(1.0 - network->learning_rate * rates.weight_decay);
  if (gradient_scale != nullptr) constants->step.gradient_scale = *gradient_scale;
  constants->average_decay = math::ema_decay(rates.average_decay, t);
}

/// Up to four weights in registers, with all that moves with them.
struct AdamQuad {
  float weights[4] = {};
  float m[4] = {};
  float v[4] = {};
  float average[4] = {};

  __device__ void load(const AdamArena& arena, std::int64_t i, int count, bool wide) {
    load_quad(arena.weights.data + i, count, wide, weights);
    load_quad(arena.m.data + i, count, wide, m);
    load_quad(arena.v.data + i, count, wide, v);
    if (!arena.average.empty()) load_quad(arena.average.data + i, count, wide, average);
  }

  /// One step of the first `count`; true if one of their gradients is NaN or Inf.
  __device__ bool update(const float (&gradients)[4], int count, const AdamConstants& constants) {
    bool nonfinite = false;
    VGAN_UNROLL
    for (int e = 0; e < 4; ++e) {
      const bool unbounded = (math::bits_of(gradients[e]) & 0x7F800000U) == 0x7F800000U;
      nonfinite = nonfinite || (e < count && unbounded);
      math::adam_update(weights[e], m[e], v[e], gradients[e], constants.step);
      average[e] = math::ema_update(average[e], weights[e], constants.average_decay);
    }
    return nonfinite;
  }

  __device__ void store(const AdamArena& arena, std::int64_t i, int count, bool wide) const {
    store_quad(arena.weights.data + i, count, wide, weights);
    store_quad(arena.m.data + i, count, wide, m);
    store_quad(arena.v.data + i, count, wide, v);
    if (!arena.average.empty()) store_quad(arena.average.data + i, count, wide, average);
    if (!arena.shadow.empty()) store_quad(arena.shadow.data + i, count, wide, weights);
  }
};

#endif  // __CUDACC__

}  // namespace vgan::cuda
