// What a training step counts and reports, in the memory of the device that runs it, so that a
// recorded step can be replayed without the host telling it anything.
#pragma once

#include <cstdint>

#include "kernels/math/schedule.hpp"

namespace vgan {

/// What Adam needs to know of one network.
struct AdamState {
  double learning_rate = 0.0;   ///< of this step
  std::uint32_t nonfinite = 0;  ///< 1 once a gradient held NaN or Inf
};

/// What one alternating step measured. Losses are means over the batch, in nats; accuracies are
/// the shares of real and of fake trials that D calls right, in [0, 1].
struct StepReport {
  std::uint64_t epoch = 0;  ///< counted from 1
  float d_loss_real = 0.0F;
  float d_loss_fake = 0.0F;
  float g_loss = 0.0F;
  float r1 = 0.0F;  ///< gamma/2 * mean |grad_x D(x)|^2, 0 in a step without the penalty
  float gradient_penalty = 0.0F;  ///< lambda * mean (|grad D| - 1)^2 of WGAN-GP, else 0
  float reconstruction = 0.0F;    ///< autoencoders: negative log-likelihood of a trial
  float squared_error = 0.0F;     ///< autoencoders: mean squared error of a number
  float kl = 0.0F;  ///< VAE: KL of a trial's posterior to the prior, without its weight
  float real_accuracy = 0.0F;
  float fake_accuracy = 0.0F;
  std::uint32_t nonfinite = 0;  ///< 1 if a gradient of this step held NaN or Inf

  float d_loss() const { return d_loss_real + d_loss_fake; }
};

struct StepState {
  static constexpr std::uint64_t report_capacity = 256;

  std::uint64_t step = 0;  ///< steps finished: the counter of every random stream
  AdamState discriminator;
  AdamState generator;
  /// What changes from step to step: `advance` evaluates them for the step to come.
  math::Schedule discriminator_rate;
  math::Schedule generator_rate;
  math::Schedule noise_schedule;
  math::Schedule kl_schedule;
  float instance_noise = 0.0F;  ///< standard deviation, of this step
  float kl_weight = 1.0F;       ///< share of beta, of this step
  StepReport current;
  StepReport reports[report_capacity];  ///< ring: the report of step s is at s % report_capacity
};

}  // namespace vgan
