// The seam's fused operations by kernels of our own, which overlap where they follow each other on
// a queue.
#pragma once

#include <span>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/device/cuda/cuda_queue.hpp"
#include "kernels/cuda/fused/fused.hpp"

namespace vgan::cuda {

/// Each operation returns false, with nothing done, where no kernel takes its shape. The queue's
/// device must be current.
class FusedOperations {
 public:
  /// `programmatic`: the device can start a kernel before the one before it has ended.
  explicit FusedOperations(bool programmatic) : programmatic_(programmatic) {}

  bool forward(CudaQueue& queue, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
               MatrixRef y, const ForwardOptions& options) const;
  bool backward(CudaQueue& queue, const InputGradientTask& dx,
                std::span<const DenseUpdateTask> updates, StepState* state,
                const FusedOptions& options) const;
  bool logit_loss(CudaQueue& queue, const LogitLossTask& task, StepState* state,
                  const FusedOptions& options) const;

 private:
  FusedLaunch launch_after(const CudaQueue& queue, bool tf32,
                           const std::vector<const void*>& touched) const;

  bool programmatic_;
};

}  // namespace vgan::cuda
