#include "engine/train/autoencoder_step.hpp"

#include "engine/train/alternating_step.hpp"

namespace vgan {
namespace {

AdamOptions for_network(AdamOptions options, AdamState StepState::*network, bool average) {
  options.network = network;
  if (!average) options.average_decay = 0.0F;
  return options;
}

}  // namespace

AutoencoderStep::AutoencoderStep(Backend& backend, nn::Network& encoder, nn::Network& decoder,
                                 const TrialSet& data, const AutoencoderStepOptions& options)
    : TrainingStep(backend, options.schedules, "model"),
      e_(&encoder),
      g_(&decoder),
      data_(data),
      options_(options),
      data_queue_(backend.make_queue("data")),
      objective_(backend, encoder, decoder, options.batch, state(), options.objective),
      e_adam_(backend, for_network(options.adam, &StepState::discriminator, true)),
      g_adam_(backend, for_network(options.adam, &StepState::generator, true)) {
  const std::size_t scratch = AlternatingStep::scratch_bytes(
      backend, decoder.layers(), encoder.layers(), options.batch, decoder.compute_type());
  backend.reserve_scratch(queue(), scratch);
  record_programs();
}

void AutoencoderStep::gather(Queue& queue, std::size_t slot, std::uint64_t ahead) {
  mark("gather", queue);
  backend().gather(queue, data_.trials, state(), objective_.real(slot),
                   {data_.scale, data_.offset, options_.objective.seed, ahead});
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
  model.wait_for(data);
  mark("", model);
  backend().advance(model, state());
}

}  // namespace vgan
