// What the fused operations of a dense step are asked to do: plain descriptions, no work.
#pragma once

#include <cstdint>

#include "kernels/math/activation.hpp"
#include "kernels/ops/adam.hpp"
#include "kernels/ops/gan_loss.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// dx[n, in] = (dy[n, out] w^T) * activation'(at[n, in]); w is [in, out]. `at` is the output of
/// what made x, `activation` that layer's; empty `at` with identity.
struct InputGradientTask {
  ConstMatrixRef dy, w, at;
  MatrixRef dx;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;

  bool empty() const { return dx.empty(); }
};

/// One Adam step of a dense layer from dw = x^T dy, to which `accumulate` adds what is in
/// `weights.gradients`, and dbias = column sums of dy. What is left in `gradients` afterwards is
/// unspecified: a fused kernel need not store its sums.
struct DenseUpdateTask {
  ConstMatrixRef x;   ///< [n, in]
  ConstMatrixRef dy;  ///< [n, out]
  AdamArena weights;  ///< in * out numbers, [in, out]
  AdamArena bias;     ///< out numbers; no shadow
  bool accumulate = false;
};

/// Rows that share a term of the loss.
struct LogitLossSide {
  std::int64_t rows = 0;
  GanLossTerm term;
};

/// The last layer of a discriminator, one logit a row, with its loss:
///   logits = x w + bias, loss and gradient by math::gan_loss, the mean for each side;
///   dx = (gradient w^T) * activation'(x); then one Adam step of this layer where `weight_step` is
///   given.
struct LogitLossTask {
  ConstMatrixRef x;              ///< [n, k]: output of the layer below
  ConstMatrixRef w;              ///< [k, 1], of x's type
  VectorView<const float> bias;  ///< [1]
  MatrixView<float> logits;      ///< [n, 1]
  MatrixRef gradient;            ///< [n, 1], of x's type: d(mean loss of its side)/d(logit)
  MatrixRef dx;                  ///< [n, k]; empty: not wanted
  math::Activation activation = math::Activation::identity;  ///< of the layer below
  float slope = 0.2F;
  LogitLossSide sides[2];  ///< rows [0, sides[0].rows), then the rest; the second may have none
  AdamArena weight_step;   ///< as `weights` in DenseUpdateTask; empty: no step
  AdamArena bias_step;
};

}  // namespace vgan
