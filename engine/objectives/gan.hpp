// The GAN objective: what D and G minimise on one batch, as gradients in their arenas.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/heads.hpp"
#include "engine/nn/network.hpp"

namespace vgan::objectives {

struct GanOptions {
  math::GanLoss loss = math::GanLoss::bce;
  float real_target = 1.0F;  ///< D's label of real trials; below 1 is one-sided smoothing
  /// Deviation of noise on all that D sees; 0: none. StepState::instance_noise is that of the step.
  float instance_noise = 0.0F;
  float r1 = 0.0F;                  ///< gamma of the R1 penalty; 0: none
  float r2 = 0.0F;                  ///< gamma of R2, the same penalty on fakes, as a share of r1
  std::int64_t r1_every = 1;        ///< both lazily: every so many steps, so many times as strong
  float gradient_penalty = 0.0F;    ///< lambda of WGAN-GP's penalty; 0: none
  std::int64_t critic_updates = 1;  ///< of D for each of G
  std::int64_t pack = 1;            ///< trials that D judges together (PacGAN)
  /// DiffAugment's changes of all that D sees, and the image that they are made to.
  bool augment_colour = false, augment_translation = false, augment_cutout = false;
  std::int64_t height = 1, width = 1, channels = 1;
  /// Length of the condition vector that G and D see, 0: none. G has it behind its noise; D behind
  /// each trial, unless its last layer is a projection.
  std::int64_t conditions = 0;
  /// What G's outputs are where it makes rows of a table, which D sees as these make them; else
  /// empty. Choices
  /// are taken for softmax at `temperature` where G learns.
  std::vector<math::Head> heads;
  float temperature = 0.5F;
  std::uint64_t seed = 0;

  bool augments() const { return augment_colour || augment_translation || augment_cutout; }
};

/// What a step measures, in its StepRecord. Losses are means over the batch, in nats.
enum class GanValue : std::uint8_t {
  d_loss_real,
  d_loss_fake,
  g_loss,
  r1,                ///< gamma/2 * mean |grad_x D(x)|^2, 0 in a step without the penalty
  r2,                ///< the same on fakes
  gradient_penalty,  ///< lambda * mean (|grad D| - 1)^2 of WGAN-GP, else 0
  real_accuracy,     ///< share of the real trials that D calls right, 0 to 1
  fake_accuracy,     ///< of the fakes
  count
};

/// Goodfellow et al. 2014 and what followed, on logits: L_D = real side + fake side + penalties,
/// L_G = fooled side, by kernels/math/gan_loss.hpp, each side a mean over the batch.
///   R1 = gamma/2 * mean |grad_x D(x)|^2 on real trials, R2 the same on fakes (Mescheder et al.
///   2018), both every `r1_every` steps with gamma * r1_every (Karras et al. 2020);
///   WGAN-GP's lambda * mean (|grad D(x^)| - 1)^2 between real and fake (Gulrajani et al. 2017).
/// The two sides share one fake batch. With `pack` m, D sees m trials side by side (Lin et al.
/// 2018, arXiv:1712.04086): a longer row, or for a convolutional D a taller image.
class Gan {
 public:
  /// G maps [batch, latent + conditions] to [batch, trial]; D maps `pack` trials, each with its
  /// conditions where it has no projection, to one logit. Both must have one compute type; D's
  /// hidden activations must be piecewise linear.
  Gan(Backend& backend, nn::Network& generator, nn::Network& discriminator, std::int64_t batch,
      StepState* state, const GanOptions& options);

  /// Inputs, to be filled before each step: [batch, latent], [batch, conditions] (empty without)
  /// and [batch, trial]. There are two latents with their conditions, so that the next can be drawn
  /// while G's update still reads this one; real trials are read by D's update alone.
  MatrixRef latent(std::size_t slot = 0) const;
  MatrixRef conditions(std::size_t slot = 0) const;
  MatrixRef real() const { return options_.augments() ? real_raw_ : real_; }
  /// The latent that the next two updates work on.
  void use_latent(std::size_t slot) { latent_ = latents_[slot]; }

  /// Leaves the gradient of L_D in D's arena, and fake = G(latent) for `generator_gradients`.
  /// `with_r1`: whether this step's program has R1 and R2. `critic`: which of the step's D updates.
  void discriminator_gradients(Queue& queue, bool with_r1, std::int64_t critic = 0);
  /// Leaves the gradient of L_G in G's arena, through the D of now; D's arena is not touched.
  void generator_gradients(Queue& queue);

  /// Gradients and update in one: each layer's Adam step runs in the backward pass, by the seam's
  /// fused operations, where `can_fuse`. The two take turns as the two above do.
  void discriminator_update(Queue& queue, bool with_r1, const AdamOptions& adam,
                            std::int64_t critic = 0);
  void generator_update(Queue& queue, const AdamOptions& adam);

  static bool can_fuse(const std::vector<nn::LayerSpec>& generator,
                       const std::vector<nn::LayerSpec>& discriminator, const GanOptions& options);

  bool has_r1() const { return options_.r1 > 0.0F; }
  std::int64_t critic_updates() const { return options_.critic_updates; }
  /// Bytes of device memory that a Gan of this size plans.
  static std::size_t bytes(const std::vector<nn::LayerSpec>& generator,
                           const std::vector<nn::LayerSpec>& discriminator, std::int64_t batch,
                           ElementType type, const GanOptions& options);

 private:
  struct Plan;

  std::int64_t judged() const { return batch_ / options_.pack; }  ///< rows that D sees of a side
  /// [batch, n] as D sees it: `pack` rows as one.
  MatrixRef packed(MatrixRef rows) const;
  MatrixRef trial_columns(MatrixRef rows) const { return rows.block(0, rows.rows, 0, trial_); }
  RandomStream stream(Purpose purpose, std::int64_t critic) const;

  /// What the heads make of G's outputs, straight into D's input; and the way back of the gradient.
  void apply_heads(Queue& queue, std::int64_t critic);
  void backward_heads(Queue& queue);
  void make_fakes(Queue& queue, std::int64_t critic);
  void augment(Queue& queue, ConstMatrixRef in, MatrixRef out, Purpose purpose, std::int64_t critic,
               bool adjoint);
  void share_conditions(Queue& queue);
  /// Add the penalties' gradients to D's arena, or put them there.
  void penalty_gradients(Queue& queue, bool with_r1, std::int64_t critic, bool accumulate);
  void penalise(Queue& queue, const nn::Tape& outputs, bool accumulate, GradientPenaltyTask how);
  /// R1, or with its `share` of gamma R2, of rows to be named; its mean is left in *value.
  GradientPenaltyTask squared_penalty(float share, float* value) const;
  LogitLossSide real_side() const;
  LogitLossSide fake_side() const;
  LogitLossSide fooled_side() const;  ///< fakes, as G wants D to see them
  void loss(Queue& queue, const nn::Tape& tape, const LogitLossSide& side);

  Backend* backend_;
  nn::Network* g_;
  nn::Network* d_;
  std::int64_t batch_;
  std::int64_t trial_;
  StepState* state_;
  GanOptions options_;

  nn::TapeStorage g_storage_;
  nn::TapeStorage d_storage_;
  std::optional<nn::TapeStorage> scratch_storage_;  ///< of penalties: tangents and deltas
  std::optional<nn::TapeStorage> between_storage_;  ///< outputs at the points between
  Buffer inputs_;
  nn::Tape g_tape_;
  nn::Tape d_tape_;  ///< [real; fake]
  nn::Tape d_real_;  ///< first half
  nn::Tape d_fake_;  ///< second half
  nn::Tape scratch_;
  nn::Tape between_tape_;
  nn::Heads heads_;
  /// Whether G's output has a place of its own: a convolution's rows do not lie beside conditions.
  bool apart_ = false;
  std::array<MatrixRef, 2> latents_;  ///< [batch, latent + conditions]
  MatrixRef latent_;
  MatrixRef d_input_;             ///< [2 batch, trial (+ conditions)]: real, then fake
  MatrixRef real_;                ///< trials in d_input_'s first half
  MatrixRef fake_;                ///< trials in its second half
  MatrixRef real_raw_;            ///< [batch, trial], before they are augmented
  MatrixRef soft_;                ///< [batch, trial] f32 of heads
  MatrixRef d_gradient_;          ///< [batch, trial (+ conditions)]: of L_G in what D sees of fakes
  MatrixRef between_;             ///< [batch, trial (+ conditions)] f32
  MatrixRef penalty_gradient_;    ///< [batch, trial (+ conditions)] f32
  MatrixRef penalty_conditions_;  ///< of a projection: [batch, conditions] f32
};

}  // namespace vgan::objectives
