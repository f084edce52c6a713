#include "engine/train/autoencoder_step.hpp"

#include <algorithm>

namespace vgan {

AutoencoderStep::AutoencoderStep(Backend& backend, nn::Network& encoder, nn::Network& decoder,
                                 const DeviceTrials& data, const AutoencoderStepOptions& options)
    : TwoBatchStep(backend, options.schedules, "model"),
      e_(&encoder),
      g_(&decoder),
      data_(data),
      options_(options),
      data_queue_(backend.make_queue("data")),
      objective_(backend, encoder, decoder, options.batch, state(), options.objective),
      e_adam_(backend, adam_of(options.adam, &StepState::discriminator, true)),
      g_adam_(backend, adam_of(options.adam, &StepState::generator, true)) {
  const std::size_t scratch = scratch_bytes(backend, encoder.layers(), decoder.layers(),
                                            options.batch, decoder.compute_type());
  backend.reserve_scratch(queue(), scratch);
  record_programs({&encoder, &decoder});
}

std::size_t AutoencoderStep::scratch_bytes(const Backend& backend,
                                           const std::vector<nn::LayerSpec>& encoder,
                                           const std::vector<nn::LayerSpec>& decoder,
                                           std::int64_t batch, ElementType type) {
  return std::max(scratch_of(backend, encoder, batch, type),
                  scratch_of(backend, decoder, batch, type));
}

void AutoencoderStep::gather(Queue& queue, std::size_t slot, std::uint64_t ahead) {
  mark("gather", queue);
  backend().run(queue, GatherTask{data_.trials, objective_.real(slot), data_.scale, data_.offset,
                                  options_.objective.seed, StepCounter::of(state(), ahead)});
}

void AutoencoderStep::prepare_first(Queue& queue, std::uint64_t step) {
  gather(queue, static_cast<std::size_t>(step % 2), 0);
}

void AutoencoderStep::put_step(std::size_t variant) {
  Queue& data = *data_queue_;
  Queue& model = queue();
  data.wait_for(model);
  gather(data, 1 - variant, 1);
  objective_.use(variant);
  mark("gradients", model);
  objective_.gradients(model);
  mark("adam", model);
  e_adam_.step(model, *e_, state());
  g_adam_.step(model, *g_, state());
  mark("", model);
  model.wait_for(data);
  backend().advance(model, state());
}

}  // namespace vgan
