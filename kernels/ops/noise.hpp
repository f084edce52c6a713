// What random numbers are asked for.
#pragma once

#include "kernels/math/latent_mixture.hpp"
#include "kernels/ops/random_stream.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// out = standard normal numbers.
struct NormalTask {
  static constexpr const char* name = "normal";

  RandomStream stream;
  MatrixRef out;
};

/// out = rows of a mixture of Gaussians (kernels/math/latent_mixture.hpp); the stream's `first` is
/// a multiple of a row's length.
struct NormalMixtureTask {
  static constexpr const char* name = "normal_mixture";

  RandomStream stream;
  math::LatentMixture mixture;
  MatrixRef out;
};

/// out = in + *sigma * normal; `in` and `out` are of one type and may be one.
struct AddNormalTask {
  static constexpr const char* name = "add_normal";

  ConstMatrixRef in;
  RandomStream stream;
  const float* sigma = nullptr;  ///< in device memory
  MatrixRef out;
};

/// out_i = e_i real_i + (1 - e_i) fake_i, row by row, with e_i in (0, 1] uniform, number i of the
/// stream: where WGAN-GP looks at D's slope. real and fake of one float type, out of either.
struct InterpolateTask {
  static constexpr const char* name = "interpolate";

  ConstMatrixRef real, fake;
  RandomStream stream;
  MatrixRef out;
};

/// out = uniform in [-bound, bound].
struct UniformTask {
  static constexpr const char* name = "uniform";

  RandomStream stream;
  float bound = 1.0F;
  MatrixView<float> out;
};

}  // namespace vgan
