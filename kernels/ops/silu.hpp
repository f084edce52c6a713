// What the activation of residual blocks is asked to do.
#pragma once

#include "kernels/ops/random_stream.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// y = dropout(silu(x)), silu(x) = x * sigmoid(x) (S. Elfwing et al., arXiv:1702.03118), where
/// dropout makes a number 0 with probability `rate` and divides the others by 1 - rate
/// (N. Srivastava et al., JMLR 15, 2014). The rate is held to whole 65,536ths.
struct SiluTask {
  static constexpr const char* name = "silu";

  MatrixView<float> x;  ///< [n, width]; with `differentiates` dy/dx takes its place
  MatrixView<float> y;  ///< [n, width]
  bool differentiates = false;
  float rate = 0.0F;  ///< 0 to below 1; 0: no random number is taken
  /// Element (i, j) is kept or not by half k % 2, the lower first, of word k / 2 of the stream's
  /// numbers from `first` on, k = i * width + j.
  RandomStream stream;
};

/// out = out * factor, number by number: a gradient through what SiluTask left.
struct MultiplyTask {
  static constexpr const char* name = "multiply";

  MatrixView<const float> factor;  ///< [n, width]
  MatrixView<float> out;           ///< [n, width]
};

}  // namespace vgan
