// What the clipping of gradients is asked to do.
#pragma once

#include "kernels/view.hpp"

namespace vgan {

/// *scale = min(1, most / (norm + 1e-6)), norm the Euclidean one of all of `gradients`: what
/// AdamTask multiplies them by, so that no step follows a longer gradient (R. Pascanu et al., "On
/// the difficulty of training recurrent neural networks", ICML 2013). NaN where the norm is NaN.
struct GradientNormTask {
  static constexpr const char* name = "gradient_norm";

  VectorView<const float> gradients;
  float most = 1.0F;       ///< above 0
  float* scale = nullptr;  ///< in device memory
  float* norm = nullptr;   ///< the same; null: not wanted
};

}  // namespace vgan
