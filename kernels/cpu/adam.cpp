#include <algorithm>

#include "kernels/cpu/adam_move.hpp"
#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/math/bit_cast.hpp"

namespace vgan::cpu {
namespace {

// Returns nonzero if a gradient has all exponent bits set: NaN or Inf.
std::uint32_t update(float* __restrict w, const float* __restrict g, float* __restrict m,
                     float* __restrict v, std::int64_t count, const math::AdamStep& step) {
  const math::AdamStep s = step;
  std::uint32_t nonfinite = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    nonfinite |= (math::bits_of(g[i]) & 0x7F800000U) == 0x7F800000U ? 1U : 0U;
    math::adam_update(w[i], m[i], v[i], g[i], s);
  }
  return nonfinite;
}

void average(const float* __restrict w, std::int64_t count, float decay, float* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = math::ema_update(to[i], w[i], decay);
}

void shadow(const float* __restrict w, std::int64_t count, math::BFloat16* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = math::to_bfloat16(w[i]);
}

}  // namespace

void AdamMove::operator()(const AdamArena& part, const float* gradients) const {
  // The average and the shadow are taken while the weights are in the first-level cache.
  constexpr std::int64_t piece = 2048;
  for (std::int64_t at = 0; at < part.weights.size; at += piece) {
    const std::int64_t n = std::min(piece, part.weights.size - at);
    float* w = part.weights.data + at;
    if (VGAN_WIDEST(update)(w, gradients + at, part.m.data + at, part.v.data + at, n, step_) != 0) {
      nonfinite_.store(true, std::memory_order_relaxed);
    }
    if (!part.average.empty()) VGAN_WIDEST(average)(w, n, decay_, part.average.data + at);
    if (!part.shadow.empty()) VGAN_WIDEST(shadow)(w, n, part.shadow.data + at);
  }
}

void run(ThreadTeam& team, const AdamTask& task) {
  const AdamArena& arena = task.arena;
  const AdamMove move(task.rates, task.network->learning_rate, task.counter.value() + 1,
                      task.gradient_scale == nullptr ? 1.0F : *task.gradient_scale);
  for_each_chunk(team, arena.weights.size, [&](std::int64_t first, std::int64_t count, auto) {
    move(arena.part(first, count), arena.gradients.data + first);
  });
  task.network->nonfinite |= move.saw_nonfinite() ? 1U : 0U;
}

}  // namespace vgan::cpu
