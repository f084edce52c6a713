// What a training step reports.
#pragma once

#include <cstdint>

namespace vgan {

/// What one alternating step measured. Losses are means over the batch, in nats; accuracies are
/// the shares of real and of fake trials that D calls right, in [0, 1].
struct StepReport {
  std::uint64_t epoch = 0;  ///< counted from 1
  float d_loss_real = 0.0F;
  float d_loss_fake = 0.0F;
  float g_loss = 0.0F;
  float r1 = 0.0F;  ///< gamma/2 * mean |grad_x D(x)|^2, 0 in a step without the penalty
  float r2 = 0.0F;  ///< the same on fakes
  float gradient_penalty = 0.0F;  ///< lambda * mean (|grad D| - 1)^2 of WGAN-GP, else 0
  float reconstruction = 0.0F;    ///< autoencoders: negative log-likelihood of a trial
  float squared_error = 0.0F;     ///< autoencoders: mean squared error of a number
  float kl = 0.0F;  ///< VAE: KL of a trial's posterior to the prior, without its weight
  float real_accuracy = 0.0F;
  float fake_accuracy = 0.0F;
  std::uint32_t nonfinite = 0;  ///< 1 if a gradient of this step held NaN or Inf

  float d_loss() const { return d_loss_real + d_loss_fake; }
};

}  // namespace vgan
