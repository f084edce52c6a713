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
  plain_ = backend.record(*g_queue_, [this] { body(1, false); });
  if (gan_.has_penalty()) penalised_ = backend.record(*g_queue_, [this] { body(1, true); });
  const bool same_from_replay_to_replay =
      !gan_.has_penalty() || unrolled % options.gan.r1_every == 0;
  if (backend.info().asynchronous && same_from_replay_to_replay) {
    unrolled_ = backend.record(*g_queue_, [this] { body(unrolled, true); });
  }
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

void AlternatingStep::mark(const char* name, Queue& queue) {
  phase_.reset();
  if (*name != '\0') phase_.emplace(*backend_, name);
  if (marker_) marker_(name, queue);
}

bool AlternatingStep::penalty_at(std::uint64_t step) const {
  return gan_.has_penalty() && step % static_cast<std::uint64_t>(options_.gan.r1_every) == 0;
}

void AlternatingStep::body(std::uint64_t count, bool with_penalty) {
  for (std::uint64_t i = 0; i < count; ++i) one_step(with_penalty && penalty_at(i));
}

// Work begins and ends on `g`, which is also where the last step ended.
void AlternatingStep::one_step(bool with_penalty) {
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
  if (options_.fused) {
    update_fused(with_penalty);
  } else {
    update(with_penalty);
  }
  mark("", g);
  backend_->advance(g, state_);
}

void AlternatingStep::update(bool with_penalty) {
  Queue& d = *d_queue_;
  Queue& g = *g_queue_;
  mark("d gradients", d);
  gan_.discriminator_gradients(d, with_penalty);
  mark("d adam", d);
  d_adam_.step(d, *d_, state_);
  g.wait_for(d);
  mark("g gradients", g);
  gan_.generator_gradients(g);
  mark("g adam", g);
  g_adam_.step(g, *g_, state_);
}

void AlternatingStep::update_fused(bool with_penalty) {
  Queue& d = *d_queue_;
  Queue& g = *g_queue_;
  mark("d update", d);
  gan_.discriminator_update(d, with_penalty, d_adam_options_);
  g.wait_for(d);
  mark("g update", g);
  gan_.generator_update(g, g_adam_options_);
}

std::uint64_t AlternatingStep::run(std::uint64_t limit) {
  require(replays_.size() < most_replays, "step",
          std::to_string(replays_.size()) + " replays whose reports were not taken", "fewer");
  require(limit > 0, "step", "0 steps to run", "1 or more");
  const bool with_penalty = penalty_at(steps_);
  const bool many =
      unrolled_ != nullptr && !marker_ && limit >= unrolled && with_penalty == gan_.has_penalty();
  const Replay replay{steps_, many ? unrolled : 1, next_slot_};
  const NamedRange range(*backend_, "step");
  if (marker_) {
    one_step(with_penalty);  // a replay has no phases to mark
  } else {
    (many ? *unrolled_ : with_penalty ? *penalised_ : *plain_).replay();
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
