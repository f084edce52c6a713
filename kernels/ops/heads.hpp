// What is asked for where a network's outputs are the columns of a table (kernels/math/heads.hpp).
#pragma once

#include "kernels/math/heads.hpp"
#include "kernels/ops/random_stream.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// out = what the heads make of `logits`: numbers, with noise where `variance` says how much;
/// choices and flags as 0 and 1.
struct HeadsTask {
  static constexpr const char* name = "heads";

  ConstMatrixRef logits;               ///< [n, width], f32 or bf16
  VectorView<const math::Head> heads;  ///< of all of the width; in device memory
  /// Element (i, j) takes number first + i * width + j. Without `noisy` none is taken, numbers are
  /// as they are and the most probable category is chosen.
  RandomStream stream;
  bool noisy = true;
  float temperature = 1.0F;  ///< above 0; of `soft` alone
  const float* variance =
      nullptr;             ///< [width] of numbers, in device memory; null: no noise on them
  MatrixRef out;           ///< [n, width], f32 or bf16
  MatrixView<float> soft;  ///< [n, width]: what HeadsBackwardTask needs; data null: not wanted
};

/// Turns the gradient in HeadsTask's outputs into that in its logits, where it is.
struct HeadsBackwardTask {
  static constexpr const char* name = "heads_backward";

  MatrixView<const float> soft;  ///< [n, width], of HeadsTask
  VectorView<const math::Head> heads;
  float temperature = 1.0F;
  MatrixRef gradient;  ///< [n, width], f32 or bf16
};

/// Negative log-likelihood of rows x given a decoder's outputs, summed over a row's heads and
/// averaged over rows, and its gradient in the outputs. Numbers have a variance each, which follows
/// their squared error: after the gradient, variance_j = momentum * variance_j + (1 - momentum) *
/// mean squared error_j of the rows that have the number, held to math::least_variance from below.
/// At rest that is the variance that makes the likelihood greatest (O. Rybkin et al., "Simple and
/// effective VAE training with calibrated decoders", arXiv:2006.13202).
struct HeadsLossTask {
  static constexpr const char* name = "heads_loss";

  ConstMatrixRef y;  ///< [n, width], f32
  ConstMatrixRef x;  ///< [n, width], f32 or bf16: numbers, and categories as 0 and 1
  VectorView<const math::Head> heads;
  float* variance = nullptr;  ///< [width], read and written
  float momentum = 0.99F;     ///< 0 to 1
  MatrixRef gradient;         ///< [n, width], of x's type
  float* loss = nullptr;      ///< in device memory
  float* squared = nullptr;   ///< mean squared error of each number of a row; or null
};

}  // namespace vgan
