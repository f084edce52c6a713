// Adam over a whole arena, with the moving average and the bf16 copy of the weights.
#include "kernels/cuda/adam_quad.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

__global__ void __launch_bounds__(block_threads)
    adam_kernel(AdamArena arena, bool wide, AdamRates rates, StepCounter counter,
                AdamState* network, const float* gradient_scale) {
  __shared__ AdamConstants shared_constants;
  if (threadIdx.x < 32) {
    find_adam_constants(rates, counter, network, &shared_constants, gradient_scale);
  }
  __syncthreads();
  const AdamConstants constants = shared_constants;
  bool nonfinite = false;
  for_each_index((arena.weights.size + 3) / 4, [&](std::int64_t quad) {
    const std::int64_t i = 4 * quad;
    const int count = static_cast<int>(min(arena.weights.size - i, std::int64_t{4}));
    float gradients[4];
    load_quad(arena.gradients.data + i, count, wide, gradients);
    AdamQuad place;
    place.load(arena, i, count, wide);
    nonfinite = place.update(gradients, count, constants) || nonfinite;
    place.store(arena, i, count, wide);
  });
  if (nonfinite) atomicOr(&network->nonfinite, 1U);
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const AdamTask& task, Scratch&) {
  const AdamArena& arena = task.arena;
  return launch(stream, shape_for((arena.weights.size + 3) / 4), adam_kernel, arena,
                starts_quads(arena), task.rates, task.counter, task.network, task.gradient_scale);
}

}  // namespace vgan::cuda
