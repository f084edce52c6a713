// Autoencoders: what encoder and decoder minimise on one batch, as gradients in their arenas.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/heads.hpp"
#include "engine/nn/network.hpp"

namespace vgan::objectives {

struct AutoencoderOptions {
  bool variational = false;
  Likelihood likelihood = Likelihood::bernoulli;
  /// What the decoder's outputs are where it makes rows of a table, in place of a likelihood; else
  /// empty.
  std::vector<math::Head> heads;
  float beta = 1.0F;  ///< weight of the KL divergence, times StepState::kl_weight
  std::uint64_t seed = 0;
};

/// What a step measures, in its StepRecord.
enum class AutoencoderValue : std::uint8_t {
  reconstruction,  ///< negative log-likelihood of a trial, in nats
  squared_error,   ///< mean squared error of a number, in the network's units
  kl,              ///< of a VAE: KL of a trial's posterior to the prior, without its weight; nats
  count
};

/// mean over trials of -log p(x | z) [+ beta KL(q(z | x) || N(0, I))], with p the decoder's
/// likelihood and z the encoder's code, or for the variational one (Kingma and Welling 2014,
/// arXiv:1312.6114; beta: Higgins et al. 2017) mean + deviation * noise of q.
class Autoencoder {
 public:
  /// The encoder maps [batch, trial] to [batch, latent], or to mean | log variance [batch, 2
  /// latent]; the decoder maps [batch, latent] to [batch, trial]: logits, or means. Its last layer
  /// has no activation. Both must have one compute type.
  Autoencoder(Backend& backend, nn::Network& encoder, nn::Network& decoder, std::int64_t batch,
              StepState* state, const AutoencoderOptions& options);

  /// To be filled before each step: [batch, trial]. There are two, so that the next can be gathered
  /// while this one is read.
  MatrixRef real(std::size_t slot) const { return trials_[slot]; }
  void use(std::size_t slot) { x_ = trials_[slot]; }

  /// Leaves gradients in both arenas.
  void gradients(Queue& queue);

  static std::size_t bytes(const std::vector<nn::LayerSpec>& encoder,
                           const std::vector<nn::LayerSpec>& decoder, std::int64_t batch,
                           ElementType type);

 private:
  struct Plan;

  void loss(Queue& queue, const nn::Tape& g);

  Backend* backend_;
  nn::Network* e_;
  nn::Network* g_;
  StepState* state_;
  AutoencoderOptions options_;
  nn::Heads heads_;
  nn::TapeStorage e_storage_;
  nn::TapeStorage g_storage_;
  Buffer inputs_;
  MatrixRef trials_[2];
  MatrixRef x_;
  MatrixRef z_;      ///< [batch, latent]
  MatrixRef dz_;     ///< [batch, latent]
  MatrixRef noise_;  ///< [batch, latent] f32
};

}  // namespace vgan::objectives
