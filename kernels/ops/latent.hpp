// What a VAE's posterior is asked to do.
#pragma once

#include <cstdint>

#include "kernels/ops/random_stream.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// z = mean + exp(log_variance / 2) * noise, noise standard normal; `statistics` [n, 2 latent] is
/// mean | log_variance. (Kingma and Welling 2014, arXiv:1312.6114.) Past a log_variance of 30, exp
/// goes on along its tangent there, here and in the loss (kernels/math/latent.hpp): what is finite
/// going in has a finite gradient.
struct ReparameteriseTask {
  static constexpr const char* name = "reparameterise";

  ConstMatrixRef statistics;
  MatrixRef noise;  ///< [n, latent] f32: drawn here, read again by the backward pass
  MatrixRef z;      ///< [n, latent]
  /// Element (i, j) of the noise is number first + i * latent + j.
  RandomStream stream;
};

/// KL(q || N(0, I)) = -1/2 sum(1 + log_variance - mean^2 - exp(log_variance)), mean over rows, and
/// the gradient of (loss of z) + weight * KL in the statistics:
///   dmean = dz + weight / n * mean
///   dlog_variance = dz * noise * exp(log_variance / 2) / 2 + weight / n * (exp(log_variance)-1)/2
struct LatentLossTask {
  static constexpr const char* name = "latent_loss";

  ConstMatrixRef statistics;    ///< [n, 2 latent]
  ConstMatrixRef noise;         ///< [n, latent] f32
  ConstMatrixRef dz;            ///< [n, latent]: gradient of the reconstruction
  MatrixRef dstatistics;        ///< [n, 2 latent]
  float beta = 1.0F;            ///< weight = beta * *ramp
  const float* ramp = nullptr;  ///< in device memory; null: 1
  float* kl = nullptr;          ///< mean over rows, nats, without the weight; in device memory
};

}  // namespace vgan
