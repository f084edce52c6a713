// Adam over a whole arena, with the moving average and the bf16 copy of the weights; the end of a
// step.
#include "kernels/math/adam.hpp"

#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/pointwise.hpp"
#include "kernels/math/bit_cast.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

__global__ void adam_kernel(AdamArena arena, AdamRates rates, const std::uint64_t* step,
                            AdamState* network) {
  __shared__ math::AdamStep shared_step;
  __shared__ float shared_decay;
  if (threadIdx.x == 0) {
    const std::uint64_t t = *step + 1;
    shared_step =
        math::make_adam_step(network->learning_rate, rates.beta1, rates.beta2, rates.epsilon, t);
    shared_decay = math::ema_decay(rates.average_decay, t);
  }
  __syncthreads();
  const math::AdamStep s = shared_step;
  const float decay = shared_decay;
  bool nonfinite = false;
  for_each_index(arena.weights.size, [&](std::int64_t i) {
    const float gradient = arena.gradients.data[i];
    nonfinite = nonfinite || (math::bits_of(gradient) & 0x7F800000U) == 0x7F800000U;
    float weight = arena.weights.data[i];
    float m = arena.m.data[i];
    float v = arena.v.data[i];
    math::adam_update(weight, m, v, gradient, s);
    arena.weights.data[i] = weight;
    arena.m.data[i] = m;
    arena.v.data[i] = v;
    if (!arena.average.empty()) {
      arena.average.data[i] = math::ema_update(arena.average.data[i], weight, decay);
    }
    if (!arena.shadow.empty()) arena.shadow.data[i] = math::to_bfloat16(weight);
  });
  if (nonfinite) atomicOr(&network->nonfinite, 1U);
}

__global__ void advance_kernel(StepState* state) {
  StepReport report = state->current;
  report.epoch = state->step + 1;
  report.nonfinite = state->discriminator.nonfinite | state->generator.nonfinite;
  state->reports[state->step % StepState::report_capacity] = report;
  state->current = StepReport{};
  ++state->step;
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t adam(cudaStream_t stream, const AdamArena& arena, const AdamRates& rates,
                 const std::uint64_t* step, AdamState* network) {
  return launch(stream, shape_for(arena.weights.size), adam_kernel, arena, rates, step, network);
}

cudaError_t find_kernels() {
  cudaFuncAttributes attributes{};
  return cudaFuncGetAttributes(&attributes, advance_kernel);
}

cudaError_t advance(cudaStream_t stream, StepState* state) {
  return launch(stream, {dim3(1), dim3(1)}, advance_kernel, state);
}

}  // namespace vgan::cuda
