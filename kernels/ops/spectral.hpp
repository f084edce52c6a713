// What spectral normalisation is asked to do.
#pragma once

#include "kernels/view.hpp"

namespace vgan {

/// Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957) of w [in, out], seen as the
/// operator x -> x w. With `iterate`, one step of power iteration first:
///   v = w u / |w u|,  u = w^T v / |w^T v|;
/// then sigma = v^T w u and normalised = w / sigma. A norm below 1e-12 counts as 1e-12, and so does
/// sigma nearer to 0.
struct SpectralTask {
  static constexpr const char* name = "spectral_norm";

  MatrixView<const float> w;     ///< [in, out], rows without padding or with
  VectorView<float> u;           ///< [out]; moves only with `iterate`, as v does
  VectorView<float> v;           ///< [in]
  float* sigma = nullptr;        ///< in device memory
  MatrixView<float> normalised;  ///< [in, out]
  bool iterate = true;
};

/// The gradient in w from g, that in the normalised weight, with u and v held fixed:
///   dw = (g - sum(g * normalised) v u^T) / sigma,  in place of g.
struct SpectralGradientTask {
  static constexpr const char* name = "spectral_gradient";

  MatrixView<const float> normalised;
  VectorView<const float> u, v;
  const float* sigma = nullptr;
  MatrixView<float> g;  ///< dw on return
};

}  // namespace vgan
