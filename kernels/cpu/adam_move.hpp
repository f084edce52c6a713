// One Adam step, for those who move a part of a network at a time.
#pragma once

#include <atomic>
#include <cstdint>

#include "kernels/math/adam.hpp"
#include "kernels/ops/adam.hpp"

namespace vgan::cpu {

/// Step `t` >= 1 of kernels/math/adam.hpp with the average and the bf16 shadow after it. Members of
/// a team may share one, each with parts of its own.
class AdamMove {
 public:
  AdamMove(const AdamRates& rates, double learning_rate, std::uint64_t t,
           float gradient_scale = 1.0F)
      : step_(math::make_adam_step(learning_rate, rates.beta1, rates.beta2, rates.epsilon, t)),
        decay_(math::ema_decay(rates.average_decay, t)) {
    step_.keep = static_cast<float>(1.0 - learning_rate * rates.weight_decay);
    step_.gradient_scale = gradient_scale;
  }

  /// Moves all of `part` by `gradients` [part.weights.size]; `part.gradients` is not looked at.
  void operator()(const AdamArena& part, const float* gradients) const;
  /// Whether a gradient so far was NaN or Inf.
  bool saw_nonfinite() const { return nonfinite_.load(std::memory_order_relaxed); }

 private:
  math::AdamStep step_;
  float decay_;
  mutable std::atomic<bool> nonfinite_{false};
};

}  // namespace vgan::cpu
