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
      g_adam_options_(for_network(options.adam, &StepState::generator, true)),
      d_adam_options_(for_network(options.adam, &StepState::discriminator, false)),
      g_adam_(backend, g_adam_options_),
      d_adam_(backend, d_adam_options_) {
  for (auto& queue : report_queues_) queue = backend.make_queue("report");
  const std::size_t scratch = scratch_bytes(backend, generator.layers(), discriminator.layers(),
                                            options.batch, generator.compute_type());
  for (Queue* queue : {d_queue_.get(), g_queue_.get()}) backend.reserve_scratch(*queue, scratch);
  set_steps(0);
  for (const std::size_t latent : {0, 1}) {
    plain_[latent] = backend.record(*g_queue_, [=, this] { put_step(latent, false); });
    if (!gan_.has_penalty()) continue;
    penalised_[latent] = backend.record(*g_queue_, [=, this] { put_step(latent, true); });
  }
  const auto every = static_cast<std::uint64_t>(options.gan.r1_every);
  if (backend.info().asynchronous && (!gan_.has_penalty() || unrolled % every == 0)) {
    unrolled_ = backend.record(*g_queue_, [this] { put_steps(0, unrolled); });
  }
}

void AlternatingStep::set_steps(std::uint64_t steps) {
  StepState state{};
  state.step = steps;
  state.generator_rate = math::constant(options_.generator_rate);
  state.discriminator_rate = math::constant(options_.discriminator_rate);
  state.noise_schedule = math::constant(double{options_.gan.instance_noise});
  apply_schedules(state);
  backend_->upload(*g_queue_, &state, sizeof(state), state_);
  prepare(*g_queue_, *g_queue_, steps % 2, 0);
  mark("", *g_queue_);
  g_queue_->synchronise();
  steps_ = steps;
}

void AlternatingStep::mark(const char* name, Queue& queue) {
  phase_.reset();
  if (*name != '\0') phase_.emplace(*backend_, name);
  if (marker_) marker_(name, queue);
}

bool AlternatingStep::penalty_at(std::uint64_t step) const {
  return gan_.has_penalty() && step % static_cast<std::uint64_t>(options_.gan.r1_every) == 0;
}

void AlternatingStep::put_steps(std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t step = first; step < first + count; ++step) {
    put_step(step % 2, penalty_at(step));
  }
}

void AlternatingStep::prepare(Queue& data, Queue& noise, std::size_t latent, std::uint64_t ahead) {
  const std::uint64_t seed = options_.gan.seed;
  mark("gather", data);
  backend_->gather(data, trials_, state_, gan_.real(),
                   {options_.data_scale, options_.data_offset, seed, ahead});
  mark("noise", noise);
  backend_->normal(noise, state_, {seed, Purpose::latent, 0, ahead}, gan_.latent(latent));
}

// Work begins and ends on `g`, which is also where the last step ended. D's update is the last to
// read the real trials, and the first after which the other latent is free.
void AlternatingStep::put_step(std::size_t latent, bool with_penalty) {
  Queue& data = *data_queue_;
  Queue& noise = *noise_queue_;
  Queue& d = *d_queue_;
  Queue& g = *g_queue_;
  gan_.use_latent(latent);
  d.wait_for(g);
  update_discriminator(d, with_penalty);
  data.wait_for(d);
  noise.wait_for(d);
  prepare(data, noise, 1 - latent, 1);
  g.wait_for(d);
  update_generator(g);
  g.wait_for(data);
  g.wait_for(noise);
  mark("", g);
  backend_->advance(g, state_);
}

void AlternatingStep::update_discriminator(Queue& d, bool with_penalty) {
  if (options_.fused) {
    mark("d update", d);
    return gan_.discriminator_update(d, with_penalty, d_adam_options_);
  }
  mark("d gradients", d);
  gan_.discriminator_gradients(d, with_penalty);
  mark("d adam", d);
  d_adam_.step(d, *d_, state_);
}

void AlternatingStep::update_generator(Queue& g) {
  if (options_.fused) {
    mark("g update", g);
    return gan_.generator_update(g, g_adam_options_);
  }
  mark("g gradients", g);
  gan_.generator_gradients(g);
  mark("g adam", g);
  g_adam_.step(g, *g_, state_);
}

std::uint64_t AlternatingStep::run(std::uint64_t limit) {
  require(replays_.size() < most_replays, "step",
          std::to_string(replays_.size()) + " replays whose reports were not taken", "fewer");
  require(limit > 0, "step", "0 steps to run", "1 or more");
  const bool with_penalty = penalty_at(steps_);
  const bool many = unrolled_ != nullptr && !marker_ && limit >= unrolled && steps_ % unrolled == 0;
  const Replay replay{steps_, many ? unrolled : 1, next_slot_};
  const NamedRange range(*backend_, "step");
  if (marker_) {
    put_step(steps_ % 2, with_penalty);  // a replay has no phases to mark
  } else {
    (many ? *unrolled_ : *(with_penalty ? penalised_ : plain_)[steps_ % 2]).replay();
  }
  read_reports(replay);
  steps_ += replay.count;
  next_slot_ = (next_slot_ + 1) % most_replays;
  replays_.push_back(replay);
  return replay.count;
}

// The reports lie in a ring: in one piece, or at its end and its beginning.
void AlternatingStep::read_reports(const Replay& replay) {
  Queue& reader = *report_queues_[replay.slot];
  reader.wait_for(*g_queue_);
  for (std::uint64_t done = 0; done < replay.count;) {
    const std::uint64_t at = (replay.first + done) % StepState::report_capacity;
    const std::uint64_t count = std::min(replay.count - done, StepState::report_capacity - at);
    backend_->download(reader, &state_->reports[at], count * sizeof(StepReport),
                       &reports_[replay.slot][done]);
    done += count;
  }
}

std::span<const StepReport> AlternatingStep::take_reports() {
  require(!replays_.empty(), "step", "no reports to take", "a step that was run");
  const Replay replay = replays_.front();
  report_queues_[replay.slot]->synchronise();
  replays_.pop_front();
  return {reports_[replay.slot].data(), replay.count};
}

std::uint64_t AlternatingStep::reported() const {
  return replays_.empty() ? steps_ : replays_.front().first;
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
