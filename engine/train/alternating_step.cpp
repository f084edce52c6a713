#include "engine/train/alternating_step.hpp"

namespace vgan {
namespace {

AdamOptions for_network(AdamOptions options, AdamState StepState::*network, bool average) {
  options.network = network;
  if (!average) options.average_decay = 0.0F;
  return options;
}

}  // namespace

AlternatingStep::AlternatingStep(Backend& backend, nn::Network& generator,
                                 nn::Network& discriminator, ConstMatrixRef trials,
                                 const StepOptions& options)
    : backend_(&backend),
      g_(&generator),
      d_(&discriminator),
      trials_(trials),
      options_(options),
      data_queue_(backend.make_queue("data")),
      noise_queue_(backend.make_queue("noise")),
      d_queue_(backend.make_queue("d")),
      g_queue_(backend.make_queue("g")),
      state_buffer_(backend.allocate(sizeof(StepState), "the step's counters")),
      state_(state_buffer_.as<StepState>()),
      gan_(backend, generator, discriminator, options.batch, state_, options.gan),
      g_adam_(backend, for_network(options.adam, &StepState::generator, true)),
      d_adam_(backend, for_network(options.adam, &StepState::discriminator, false)) {
  set_steps(0);
  plain_ = backend.record(*g_queue_, [this] { body(false); });
  if (gan_.has_penalty()) penalised_ = backend.record(*g_queue_, [this] { body(true); });
}

void AlternatingStep::set_steps(std::uint64_t steps) {
  StepState state{};
  state.step = steps;
  state.generator.learning_rate = options_.generator_rate;
  state.discriminator.learning_rate = options_.discriminator_rate;
  backend_->upload(*g_queue_, &state, sizeof(state), state_);
  g_queue_->synchronise();
  steps_ = steps;
}

// Work begins and ends on `g`, which is also where the last step ended.
void AlternatingStep::body(bool with_penalty) {
  Queue& data = *data_queue_;
  Queue& noise = *noise_queue_;
  Queue& d = *d_queue_;
  Queue& g = *g_queue_;
  const std::uint64_t seed = options_.gan.seed;

  data.wait_for(g);
  mark("gather", data);
  backend_->gather(data, trials_, state_, gan_.real(),
                   {options_.data_scale, options_.data_offset, seed});
  noise.wait_for(g);
  mark("noise", noise);
  backend_->normal(noise, state_, {seed, Purpose::latent, 0}, gan_.latent());

  d.wait_for(data);
  d.wait_for(noise);
  mark("d gradients", d);
  gan_.discriminator_gradients(d, with_penalty);
  mark("d adam", d);
  d_adam_.step(d, *d_, state_);

  g.wait_for(d);
  mark("g gradients", g);
  gan_.generator_gradients(g);
  mark("g adam", g);
  g_adam_.step(g, *g_, state_);
  mark("", g);
  backend_->advance(g, state_);
}

void AlternatingStep::run() {
  const auto every = static_cast<std::uint64_t>(options_.gan.r1_every);
  const bool with_penalty = gan_.has_penalty() && steps_ % every == 0;
  (with_penalty ? *penalised_ : *plain_).replay();
  ++steps_;
}

StepReport AlternatingStep::report() {
  StepReport report;
  const std::uint64_t slot = (steps_ - 1) % StepState::report_capacity;
  backend_->download(*g_queue_, &state_->reports[slot], sizeof(report), &report);
  g_queue_->synchronise();
  return report;
}

}  // namespace vgan
