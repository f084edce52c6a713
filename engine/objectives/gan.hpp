// The GAN objective: what D and G minimise on one batch, as gradients in their arenas.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/backend.hpp"
#include "engine/nn/network.hpp"

namespace vgan::objectives {

struct GanOptions {
  float real_target = 1.0F;  ///< D's label of real trials; below 1 is one-sided smoothing
  /// Whether noise is added to all that D sees: not where 0. Its standard deviation is
  /// StepState::instance_noise, of the step.
  float instance_noise = 0.0F;
  float r1 = 0.0F;            ///< gamma of the R1 penalty; 0: none
  std::int64_t r1_every = 1;  ///< lazy penalty: every so many steps, with gamma times as large
  std::uint64_t seed = 0;
  GanLoss loss = GanLoss::bce;
};

/// On logits, with the losses of kernels/math/gan_loss.hpp:
///   L_D = mean real(D(x)) + mean fake(D(G(z))) [+ R1]
///   L_G = mean fooled(D(G(z)))
/// R1 = gamma/2 * mean |grad_x D(x)|^2 on real trials (Mescheder et al. 2018), every `r1_every`
/// steps with gamma * r1_every (Karras et al. 2020). The two sides share one fake batch.
class Gan {
 public:
  /// G maps [batch, latent] to [batch, trial]; D maps [.., trial] to one logit. Both must have one
  /// compute type; D's hidden activations must be piecewise linear.
  Gan(Backend& backend, nn::Network& generator, nn::Network& discriminator, std::int64_t batch,
      StepState* state, const GanOptions& options);

  /// Inputs, to be filled before each step: [batch, latent] and [batch, trial]. There are two
  /// latents, so that the next can be drawn while G's update still reads this one; real trials are
  /// read by D's update alone.
  MatrixRef latent(std::size_t slot = 0) const { return latents_[slot]; }
  MatrixRef real() const { return real_; }
  /// The latent that the next two updates work on.
  void use_latent(std::size_t slot) { latent_ = latents_[slot]; }

  /// Leaves the gradient of L_D in D's arena, and fake = G(latent) for `generator_gradients`.
  /// `with_penalty`: whether this step's program has R1.
  void discriminator_gradients(Queue& queue, bool with_penalty);
  /// Leaves the gradient of L_G in G's arena, through the D of now; D's arena is not touched.
  void generator_gradients(Queue& queue);

  /// The same with each layer's Adam step in the backward pass, by the seam's fused operations. The
  /// two take turns as the two above do.
  void discriminator_update(Queue& queue, bool with_penalty, const AdamOptions& adam);
  void generator_update(Queue& queue, const AdamOptions& adam);

  bool has_penalty() const { return options_.r1 > 0.0F; }
  /// Bytes of device memory that a Gan of this size plans.
  static std::size_t bytes(const std::vector<nn::DenseSpec>& generator,
                           const std::vector<nn::DenseSpec>& discriminator, std::int64_t batch,
                           ElementType type, const GanOptions& options);

 private:
  /// Adds the penalty's gradient to D's arena, or puts it there.
  void penalty_gradient(Queue& queue, bool accumulate);
  LogitLossSide real_side() const;
  LogitLossSide fake_side() const;
  LogitLossSide fooled_side() const;  ///< fakes, as G wants D to see them
  void loss(Queue& queue, const nn::Tape& tape, const LogitLossSide& side);
  void add_instance_noise(Queue& queue);

  Backend* backend_;
  nn::Network* g_;
  nn::Network* d_;
  std::int64_t batch_;
  StepState* state_;
  GanOptions options_;

  nn::TapeStorage g_storage_;
  nn::TapeStorage d_storage_;
  std::optional<nn::TapeStorage> penalty_storage_;
  Buffer inputs_;
  nn::Tape g_tape_;
  nn::Tape d_tape_;                   ///< [real; fake]
  nn::Tape d_real_;                   ///< first half
  nn::Tape d_fake_;                   ///< second half
  std::array<MatrixRef, 2> latents_;  ///< [batch, latent]
  MatrixRef latent_;
  MatrixRef d_input_;  ///< [2 batch, trial]: real, then fake
  MatrixRef real_;     ///< d_input_'s first half
  MatrixRef d_fake_input_;
  MatrixRef penalty_gradient_;  ///< [batch, trial] f32
};

}  // namespace vgan::objectives
