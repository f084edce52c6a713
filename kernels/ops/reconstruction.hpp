// What the loss of an autoencoder's reconstructions is asked to do.
#pragma once

#include <cstdint>

#include "kernels/view.hpp"

namespace vgan {

enum class Likelihood : std::uint8_t { bernoulli, gaussian };

/// Negative log-likelihood of x given the decoder's output before its last activation, summed over
/// a row and averaged over rows, and its gradient in that output:
///   bernoulli: BCE from the logit y against x in [0, 1]
///   gaussian:  |x - y|^2 / 2 (unit variance; the constant left out)
struct ReconstructionTask {
  static constexpr const char* name = "reconstruction_loss";

  ConstMatrixRef y;    ///< [n, trial], f32
  ConstMatrixRef x;    ///< [n, trial], f32 or bf16
  MatrixRef gradient;  ///< [n, trial], of x's type
  Likelihood likelihood = Likelihood::bernoulli;
  float* loss = nullptr;  ///< in device memory
  float* squared =
      nullptr;  ///< mean squared error of each number, sigmoid(y) - x or y - x; or null
};

}  // namespace vgan
