// Operations of the seam made of other operations of it: the slow, obvious twins of those that a
// device has in one, and the way where it has none.
#pragma once

#include "engine/device/backend.hpp"

namespace vgan {

/// Floats as the seam takes matrices.
inline MatrixRef matrix_of(MatrixView<float> at) {
  return {at.data, ElementType::f32, at.rows, at.cols, at.stride};
}

/// Backend::dense_backward by products and one Adam step for each tensor.
void composed_dense_backward(Backend& backend, Queue& queue, const InputGradientTask& dx,
                             std::span<const DenseUpdateTask> updates, StepState* state,
                             const FusedOptions& options);

/// Backend::logit_loss by a forward product, the loss of each side, and dense_backward.
void composed_logit_loss(Backend& backend, Queue& queue, const LogitLossTask& task,
                         StepState* state, const FusedOptions& options);

/// Backend::cell_head by products of all columns and the loss.
void composed_cell_head(Backend& backend, Queue& queue, const CellHeadTask& task,
                        const ProductOptions& options);

/// Backend::dense_silu by a forward product and the activation.
void composed_dense_silu(Backend& backend, Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                         VectorView<const float> bias, const SiluTask& silu,
                         const ProductOptions& options);

/// Backend::dense_backward_silu by an input gradient and its factors.
void composed_dense_backward_silu(Backend& backend, Queue& queue, ConstMatrixRef dy,
                                  ConstMatrixRef w, const MultiplyTask& factors,
                                  const ProductOptions& options);

/// Backend::conv by patches and dense products, some images at a time.
void composed_conv(Backend& backend, Queue& queue, const ConvTask& task,
                   const ProductOptions& options);

/// Backend::conv_backward_weights likewise.
void composed_conv_backward_weights(Backend& backend, Queue& queue, const ConvGeometry& geometry,
                                    ConstMatrixRef large, ConstMatrixRef small,
                                    MatrixView<float> dw, const WeightGradientOptions& options);

/// Bytes that a queue keeps for those two (Backend::conv_scratch).
std::size_t composed_conv_scratch(const Backend& backend, const ConvGeometry& geometry,
                                  std::int64_t images, ElementType type);

}  // namespace vgan
