#include "kernels/math/adam.hpp"

#include <atomic>

#include "kernels/cpu/chunks.hpp"
#include "kernels/cpu/clones.hpp"
#include "kernels/cpu/pointwise.hpp"
#include "kernels/math/bit_cast.hpp"

namespace vgan::cpu {
namespace {

// Returns nonzero if a gradient has all exponent bits set: NaN or Inf.
VGAN_CPU_CLONES std::uint32_t update(float* __restrict w, const float* __restrict g,
                                     float* __restrict m, float* __restrict v, std::int64_t count,
                                     const math::AdamStep& step) {
  const math::AdamStep s = step;
  std::uint32_t nonfinite = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    nonfinite |= (math::bits_of(g[i]) & 0x7F800000U) == 0x7F800000U ? 1U : 0U;
    math::adam_update(w[i], m[i], v[i], g[i], s);
  }
  return nonfinite;
}

VGAN_CPU_CLONES void average(const float* __restrict w, std::int64_t count, float decay,
                             float* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = math::ema_update(to[i], w[i], decay);
}

VGAN_CPU_CLONES void shadow(const float* __restrict w, std::int64_t count,
                            math::BFloat16* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = math::to_bfloat16(w[i]);
}

}  // namespace

void adam(ThreadTeam& team, const AdamArena& arena, const AdamRates& rates, std::uint64_t t,
          AdamState& state) {
  const math::AdamStep step =
      math::make_adam_step(state.learning_rate, rates.beta1, rates.beta2, rates.epsilon, t);
  const float decay = math::ema_decay(rates.average_decay, t);
  std::atomic<std::uint32_t> nonfinite{0};
  // The average and the shadow are taken while the chunk's weights are in the first-level cache.
  for_each_chunk(team, arena.weights.size, [&](std::int64_t first, std::int64_t count, auto) {
    constexpr std::int64_t piece = 2048;
    for (std::int64_t at = first; at < first + count; at += piece) {
      const std::int64_t n = std::min(piece, first + count - at);
      float* w = arena.weights.data + at;
      if (update(w, arena.gradients.data + at, arena.m.data + at, arena.v.data + at, n, step) !=
          0) {
        nonfinite.store(1, std::memory_order_relaxed);
      }
      if (!arena.average.empty()) average(w, n, decay, arena.average.data + at);
      if (!arena.shadow.empty()) shadow(w, n, arena.shadow.data + at);
    }
  });
  state.nonfinite |= nonfinite.load();
}

void advance(StepState& state) {
  StepReport& report = state.current;
  report.epoch = state.step + 1;
  report.nonfinite = state.discriminator.nonfinite | state.generator.nonfinite;
  state.reports[state.step % StepState::report_capacity] = report;
  report = StepReport{};
  ++state.step;
}

}  // namespace vgan::cpu
