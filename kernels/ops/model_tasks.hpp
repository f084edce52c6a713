// What the operations of stabilisers, conditions and autoencoders are asked to do: plain
// descriptions, no work.
#pragma once

#include <cstdint>

#include "kernels/math/activation.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957) of w [in, out], seen as the
/// operator x -> x w. With `iterate`, one step of power iteration first:
///   v = w u / |w u|,  u = w^T v / |w^T v|;
/// then sigma = v^T w u and normalised = w / sigma. A norm below 1e-12 counts as 1e-12, and so does
/// sigma nearer to 0.
struct SpectralTask {
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
  MatrixView<const float> normalised;
  VectorView<const float> u, v;
  const float* sigma = nullptr;
  MatrixView<float> g;  ///< dw on return
};

/// Minibatch standard deviation (Karras et al. 2018, arXiv:1710.10196, section 3): rows fall into
/// groups of `group` in order; for each group
///   s = mean over features j of sqrt(variance over the group of x[., j] + 1e-8)
/// (biased variance), written to every row of the group.
struct MinibatchStddevTask {
  ConstMatrixRef x;     ///< [n, features]; n is a multiple of `group`
  MatrixRef statistic;  ///< [n, 1], of x's type
  std::int64_t group = 4;
};

/// delta[i, j] += activation'(x[i, j]) * sum over i's group of dstatistic * ds/dx[i, j].
struct MinibatchStddevBackwardTask {
  ConstMatrixRef x;           ///< [n, features], output of the layer with this activation
  ConstMatrixRef dstatistic;  ///< [n, 1]: gradient of the loss in each row's copy of s
  MatrixRef delta;            ///< [n, features]
  std::int64_t group = 4;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;
};

/// DiffAugment (Zhao et al. 2020, arXiv:2006.10738): one random change for each image, a pure
/// function of (seed, purpose, step, row), affine in the pixels. In this order, each where its flag
/// is set:
///   colour: brightness + U(-1/2, 1/2); saturation about the mean over channels by U(0, 2), where
///     there is more than one channel; contrast about the image's mean by U(1/2, 3/2);
///   translation by whole pixels, uniform in +-round(side / 8) each way, zeros from outside;
///   cutout of a square of round(side / 2) at a uniform centre, to zeros.
/// A gradient (`adjoint`) goes through the transpose of the linear part. kernels/math/augment.hpp
/// says which numbers each row takes; the stream's `first` is 8 times the first row's.
struct AugmentTask {
  ConstMatrixRef in;  ///< [n, height * width * channels], NHWC
  MatrixRef out;      ///< may not be `in`
  std::int64_t height = 1, width = 1, channels = 1;
  bool colour = false, translation = false, cutout = false;
  bool adjoint = false;
};

/// z = mean + exp(log_variance / 2) * noise, noise standard normal; `statistics` [n, 2 latent] is
/// mean | log_variance. (Kingma and Welling 2014, arXiv:1312.6114.) Past a log_variance of 30, exp
/// goes on along its tangent there, here and in the loss (kernels/math/latent.hpp): what is finite
/// going in has a finite gradient.
struct ReparameteriseTask {
  ConstMatrixRef statistics;
  MatrixRef noise;  ///< [n, latent] f32: drawn here, read again by the backward pass
  MatrixRef z;      ///< [n, latent]
};

/// KL(q || N(0, I)) = -1/2 sum(1 + log_variance - mean^2 - exp(log_variance)), mean over rows, and
/// the gradient of (loss of z) + weight * KL in the statistics:
///   dmean = dz + weight / n * mean
///   dlog_variance = dz * noise * exp(log_variance / 2) / 2 + weight / n * (exp(log_variance)-1)/2
struct LatentLossTask {
  ConstMatrixRef statistics;    ///< [n, 2 latent]
  ConstMatrixRef noise;         ///< [n, latent] f32
  ConstMatrixRef dz;            ///< [n, latent]: gradient of the reconstruction
  MatrixRef dstatistics;        ///< [n, 2 latent]
  float beta = 1.0F;            ///< weight = beta * *ramp
  const float* ramp = nullptr;  ///< in device memory; null: 1
  float* kl = nullptr;          ///< mean over rows, nats, without the weight; in device memory
};

enum class Likelihood : std::uint8_t { bernoulli, gaussian };

/// Negative log-likelihood of x given the decoder's output before its last activation, summed over
/// a row and averaged over rows, and its gradient in that output:
///   bernoulli: BCE from the logit y against x in [0, 1]
///   gaussian:  |x - y|^2 / 2 (unit variance; the constant left out)
struct ReconstructionTask {
  ConstMatrixRef y;    ///< [n, trial], f32
  ConstMatrixRef x;    ///< [n, trial], f32 or bf16
  MatrixRef gradient;  ///< [n, trial], of x's type
  Likelihood likelihood = Likelihood::bernoulli;
  float* loss = nullptr;  ///< in device memory
  float* squared =
      nullptr;  ///< mean squared error of each number, sigmoid(y) - x or y - x; or null
};

/// out[i, j] = s[i] * a[i, j] * activation'(at[i, j]), or added to out; empty `at`: no mask.
struct ScaleRowsTask {
  ConstMatrixRef a;  ///< [n, k]
  ConstMatrixRef s;  ///< [n, 1]
  ConstMatrixRef at;
  MatrixRef out;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;
  bool accumulate = false;
};

}  // namespace vgan
