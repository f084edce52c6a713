#include "engine/device/cuda/cuda_fused.hpp"

#include <algorithm>
#include <utility>

#include "engine/device/cuda/cuda_error.hpp"

namespace vgan::cuda {
namespace {

void note_moved(const AdamArena& arena, std::vector<const void*>& moved) {
  moved.push_back(arena.weights.data);
  if (!arena.shadow.empty()) moved.push_back(arena.shadow.data);
}

std::pair<StepCounter, AdamState*> adam_state(StepState* state, const AdamOptions& adam) {
  if (state == nullptr || adam.network == nullptr) return {};
  return {adam.counter(state), &(state->*adam.network)};
}

}  // namespace

// How the next kernel starts; `touched`: weights that it may fetch early.
FusedLaunch FusedOperations::launch_after(const CudaQueue& queue, bool tf32,
                                          const std::vector<const void*>& touched) const {
  FusedLaunch launch;
  launch.tf32 = tf32;
  launch.programmatic = programmatic_ && queue.continues_chain();
  launch.prefetch_weights =
      launch.programmatic && std::none_of(touched.begin(), touched.end(), [&](const void* weights) {
        return queue.chain_moves(weights);
      });
  return launch;
}

bool FusedOperations::forward(CudaQueue& queue, ConstMatrixRef x, ConstMatrixRef w,
                              VectorView<const float> bias, MatrixRef y,
                              const ForwardOptions& options) const {
  if (!fused_supports(x, w, bias, y)) return false;
  const FusedLaunch launch = launch_after(queue, options.tf32, {w.data});
  check(fused_forward(queue.stream(), x, w, bias, options.activation, options.slope, y, launch),
        "fused_forward");
  queue.extend_chain({});
  return true;
}

bool FusedOperations::backward(CudaQueue& queue, const InputGradientTask& dx,
                               std::span<const DenseUpdateTask> updates, StepState* state,
                               const FusedOptions& options) const {
  if (!fused_supports(dx, updates)) return false;
  std::vector<const void*> moved;
  for (const DenseUpdateTask& update : updates) note_moved(update.weights, moved);
  std::vector<const void*> touched = moved;
  if (!dx.empty()) touched.push_back(dx.w.data);
  const FusedLaunch launch = launch_after(queue, options.tf32, touched);
  const auto [counter, network] = adam_state(state, options.adam);
  check(fused_backward(queue.stream(), dx, updates, options.adam, counter, network, launch),
        "fused_backward");
  queue.extend_chain(std::move(moved));
  return true;
}

bool FusedOperations::logit_loss(CudaQueue& queue, const LogitLossTask& task, StepState* state,
                                 const FusedOptions& options) const {
  if (!fused_supports(task)) return false;
  std::vector<const void*> moved;
  if (!task.weight_step.weights.empty()) note_moved(task.weight_step, moved);
  const FusedLaunch launch = launch_after(queue, options.tf32, {task.w.data});
  const auto [counter, network] = adam_state(state, options.adam);
  check(fused_logit_loss(queue.stream(), task, options.adam, counter, network, launch),
        "fused_logit_loss");
  queue.extend_chain(std::move(moved));
  return true;
}

}  // namespace vgan::cuda
