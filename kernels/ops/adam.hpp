// What an Adam step is asked to do: what it reads and writes, and how fast it goes.
#pragma once

#include "kernels/ops/step_state.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// A network's parameters, section by section; vectors have one length.
struct AdamArena {
  VectorView<float> weights;
  VectorView<float> gradients;  ///< read by Adam; written by what adds to them
  VectorView<float> m;
  VectorView<float> v;
  VectorView<float> average;          ///< EMA of the weights, or empty
  VectorView<math::BFloat16> shadow;  ///< bf16 copy of the weights, or empty
  /// The shadow is one weight's, in the form that the backend's products read (Backend::
  /// weight_copy): only the fused operations can write it.
  bool packed_shadow = false;

  /// Numbers [first, first + count) of each section that there is; a packed shadow has no parts.
  AdamArena part(std::int64_t first, std::int64_t count) const {
    const auto of = [&](auto section) {
      return section.empty() ? section : decltype(section){section.data + first, count};
    };
    return {of(weights), of(gradients), of(m),
            of(v),       of(average),   packed_shadow ? VectorView<math::BFloat16>{} : of(shadow)};
  }
};

/// The learning rate is in `AdamState`, in device memory.
struct AdamRates {
  double beta1 = 0.5;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  float average_decay = 0.0F;
  double weight_decay = 0.0;  ///< each step leaves 1 - rate * this of a weight, before it moves
};

/// One Adam step (kernels/math/adam.hpp) over all of `arena`, with its average and its shadow where
/// it has them.
struct AdamTask {
  static constexpr const char* name = "adam";

  AdamArena arena;
  AdamRates rates;
  StepCounter counter;           ///< it is step number counter.value() + 1
  AdamState* network = nullptr;  ///< the rate, and the flag of NaN and Inf; in device memory
  const float* gradient_scale = nullptr;  ///< what gradients are multiplied by; null: 1
};

}  // namespace vgan
