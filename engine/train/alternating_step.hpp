// The step of a GAN: one alternating D and G update.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/adam.hpp"
#include "engine/nn/network.hpp"
#include "engine/objectives/gan.hpp"
#include "engine/sample/device_trials.hpp"
#include "engine/train/training_step.hpp"

namespace vgan {

struct StepOptions {
  std::int64_t batch = 128;
  bool fused = false;  ///< by the seam's fused operations, Adam riding along the backward pass
  objectives::GanOptions gan;
  math::LatentMixture mixture;  ///< what the noise is drawn from
  AdamOptions adam;             ///< `network` is filled in for each of the two
  StepSchedules schedules;
};

/// Queues `d` and `g` update, and while `g` does, `data` and `noise` prepare the next batch; each
/// edge is one `wait_for`. Variants: with and without the lazy gradient penalty, for each of the
/// two latents that take turns.
class AlternatingStep final : public TrainingStep {
 public:
  AlternatingStep(Backend& backend, nn::Network& generator, nn::Network& discriminator,
                  const DeviceTrials& data, const StepOptions& options);

  /// Bytes that both of `d` and `g` keep for the products of this step (Backend::product_scratch).
  /// D sees `pack` trials as one.
  static std::size_t scratch_bytes(const Backend& backend, const std::vector<nn::LayerSpec>& g,
                                   const std::vector<nn::LayerSpec>& d, std::int64_t batch,
                                   std::int64_t pack, ElementType type);

 private:
  std::size_t variants() const override { return gan_.has_r1() ? 4 : 2; }
  std::size_t variant_at(std::uint64_t step) const override;
  std::uint64_t period() const override;
  void put_step(std::size_t variant) override;
  void prepare_first(Queue& queue, std::uint64_t step) override;

  /// Batch `ahead` of the step's `critic_updates`, into latent `slot`.
  void prepare(Queue& data, Queue& noise, std::size_t slot, std::uint64_t ahead);
  void update_discriminator(Queue& d, bool with_r1, std::int64_t critic);
  void update_generator(Queue& g);

  nn::Network* g_;
  nn::Network* d_;
  DeviceTrials data_;
  StepOptions options_;
  std::uint64_t critics_;  ///< D updates in a step
  std::unique_ptr<Queue> data_queue_;
  std::unique_ptr<Queue> noise_queue_;
  std::unique_ptr<Queue> d_queue_;
  objectives::Gan gan_;
  AdamOptions g_adam_;
};

}  // namespace vgan
