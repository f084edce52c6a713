// What layer normalisation is asked to do.
#pragma once

#include "kernels/view.hpp"

namespace vgan {

/// Layer normalisation (J. L. Ba et al., "Layer normalization", arXiv:1607.06450): with mean m_i
/// and biased variance v_i of row i, y[i, j] = gamma[j] * (x[i, j] - m_i) / sqrt(v_i + 1e-5) +
/// beta[j].
struct LayerNormTask {
  static constexpr const char* name = "layer_norm";

  MatrixView<const float> x;  ///< [n, width]
  VectorView<const float> gamma;
  VectorView<const float> beta;
  MatrixView<float> y;           ///< [n, width]
  MatrixView<float> statistics;  ///< [n, 2]: m_i and 1 / sqrt(v_i + 1e-5); data null: not wanted
};

/// The gradients of LayerNormTask by that in y: dgamma and dbeta, replaced, and
/// dx = gradient in x + residual.
struct LayerNormBackwardTask {
  static constexpr const char* name = "layer_norm_backward";

  MatrixView<const float> x;
  VectorView<const float> gamma;
  MatrixView<const float> statistics;  ///< [n, 2], of LayerNormTask
  MatrixView<const float> dy;          ///< [n, width]; may be dx itself
  MatrixView<const float> residual;    ///< [n, width]; data null: 0
  MatrixView<float> dx;                ///< [n, width]
  VectorView<float> dgamma;            ///< both empty: not wanted
  VectorView<float> dbeta;
};

}  // namespace vgan
