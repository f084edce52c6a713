#include "engine/train/alternating_step.hpp"

#include <algorithm>

#include "engine/check.hpp"

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
  for (auto& queue : report_queues_) queue = backend.make_queue("report");
  const std::size_t scratch = scratch_bytes(backend, generator.layers(), discriminator.layers(),
                                            options.batch, generator.compute_type());
  for (Queue* queue : {d_queue_.get(), g_queue_.get()}) backend.reserve_scratch(*queue, scratch);
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
  reported_ = steps;
}

void AlternatingStep::mark(const char* name, Queue& queue) {
  phase_.reset();
  if (*name != '\0') phase_.emplace(*backend_, name);
  if (marker_) marker_(name, queue);
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
  require(pending() < most_pending, "step", std::to_string(pending()) + " reports not taken",
          "at most " + std::to_string(most_pending));
  const auto every = static_cast<std::uint64_t>(options_.gan.r1_every);
  const bool with_penalty = gan_.has_penalty() && steps_ % every == 0;
  const NamedRange range(*backend_, "step");
  if (marker_) {
    body(with_penalty);  // a replay has no phases to mark
  } else {
    (with_penalty ? *penalised_ : *plain_).replay();
  }
  Queue& reader = *report_queues_[steps_ % most_pending];
  reader.wait_for(*g_queue_);
  backend_->download(reader, &state_->reports[steps_ % StepState::report_capacity],
                     sizeof(StepReport), &reports_[steps_ % most_pending]);
  ++steps_;
}

StepReport AlternatingStep::take_report() {
  require(pending() > 0, "step", "no report to take", "a step that was run");
  const std::uint64_t slot = reported_ % most_pending;
  report_queues_[slot]->synchronise();
  ++reported_;
  return reports_[slot];
}

std::size_t AlternatingStep::scratch_bytes(const Backend& backend,
                                           const std::vector<nn::DenseSpec>& g,
                                           const std::vector<nn::DenseSpec>& d, std::int64_t batch,
                                           ElementType type) {
  std::size_t most = 0;
  for (const nn::DenseSpec& layer : g) {
    most = std::max(most, backend.product_scratch(batch, layer.outputs, type));
    most = std::max(most, backend.product_scratch(batch, layer.inputs, type));
  }
  for (const nn::DenseSpec& layer : d) {
    most = std::max(most, backend.product_scratch(2 * batch, layer.outputs, type));
    most = std::max(most, backend.product_scratch(2 * batch, layer.inputs, type));
  }
  return most;
}

}  // namespace vgan
