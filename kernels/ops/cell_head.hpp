// What the last layer of a network over cells is asked to do where it learns: product, loss and all
// gradients.
#pragma once

#include "kernels/ops/cell_loss.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// logits = x w + bias, then their `loss`, then from its gradient dx = gradient w^T,
/// dw = x^T gradient and dbias = column sums of the gradient. What a row shows has no part in any
/// of it. `logits` and loss.gradient are memory that may be used; what is left there is
/// unspecified.
struct CellHeadTask {
  ConstMatrixRef x;              ///< [n, k]
  ConstMatrixRef w;              ///< [k, width], of x's type
  VectorView<const float> bias;  ///< [width]
  MatrixView<float> logits;      ///< [n, width]
  CellLossTask loss;             ///< of these logits
  MatrixRef dx;                  ///< [n, k], of x's type
  MatrixView<float> dw;          ///< [k, width]
  VectorView<float> dbias;       ///< [width]
};

}  // namespace vgan
