// The step of an autoencoder: one batch, both networks moved once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/adam.hpp"
#include "engine/nn/network.hpp"
#include "engine/objectives/autoencoder.hpp"
#include "engine/sample/device_trials.hpp"
#include "engine/train/training_step.hpp"

namespace vgan {

struct AutoencoderStepOptions {
  std::int64_t batch = 128;
  objectives::AutoencoderOptions objective;
  AdamOptions adam;  ///< `network` is filled in for each of the two
  StepSchedules schedules;
};

/// Queue `model` trains, and while it does, `data` gathers the next batch. Two variants: the trials
/// that take turns. The encoder has StepState::discriminator's rate, the decoder the generator's.
class AutoencoderStep final : public TwoBatchStep {
 public:
  AutoencoderStep(Backend& backend, nn::Network& encoder, nn::Network& decoder,
                  const DeviceTrials& data, const AutoencoderStepOptions& options);

  /// Bytes that `model` keeps for the products of this step.
  static std::size_t scratch_bytes(const Backend& backend,
                                   const std::vector<nn::LayerSpec>& encoder,
                                   const std::vector<nn::LayerSpec>& decoder, std::int64_t batch,
                                   ElementType type);

 private:
  void put_step(std::size_t variant) override;
  void prepare_first(Queue& queue, std::uint64_t step) override;
  void gather(Queue& queue, std::size_t slot, std::uint64_t ahead);

  nn::Network* e_;
  nn::Network* g_;
  DeviceTrials data_;
  AutoencoderStepOptions options_;
  std::unique_ptr<Queue> data_queue_;
  objectives::Autoencoder objective_;
  optim::Adam e_adam_;
  optim::Adam g_adam_;
};

}  // namespace vgan
