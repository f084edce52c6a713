#include "engine/train/training_step.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/check.hpp"
#include "engine/train/saved_networks.hpp"

namespace vgan {
TrainingStep::TrainingStep(Backend& backend, const StepSchedules& schedules,
                           const std::string& queue_name)
    : backend_(&backend),
      schedules_(schedules),
      queue_(backend.make_queue(queue_name)),
      state_buffer_(backend.allocate(sizeof(StepState), "the step's counters")),
      state_(state_buffer_.as<StepState>()) {
  for (auto& queue : reading_queues_) queue = backend.make_queue("report");
}

std::size_t TrainingStep::scratch_of(const Backend& backend,
                                     const std::vector<nn::LayerSpec>& layers, std::int64_t rows,
                                     ElementType type) {
  std::size_t most = 0;
  for (const nn::LayerSpec& layer : layers) {
    if (layer.convolves()) {
      most = std::max(most, backend.conv_scratch(layer.geometry, rows, type));
      continue;
    }
    for (const std::int64_t width : {layer.outputs, layer.inputs, layer.hidden}) {
      most = std::max(most, backend.product_scratch(rows, width, type));
    }
  }
  return most;
}

AdamOptions TrainingStep::adam_of(AdamOptions options, AdamState StepState::*network,
                                  bool average) {
  options.network = network;
  if (!average) options.average_decay = 0.0F;
  return options;
}

void TrainingStep::record_programs(const std::vector<nn::Network*>& networks) {
  set_steps(0);
  if (backend_->info().captures) rehearse(networks);
  programs_ = record_all(false);
}

// The first run of an operation makes its plan, takes memory and loads code, any of which may wait
// for the device; and a capture forbids that.
void TrainingStep::rehearse(const std::vector<nn::Network*>& networks) {
  const NamedRange range(*backend_, "rehearse");
  const SavedNetworks saved(*backend_, *queue_, networks);
  for (std::size_t variant = 0; variant < variants(); ++variant) put_step(variant);
  saved.restore(*queue_);
  set_steps(0);
}

TrainingStep::Programs TrainingStep::record_all(bool timed) {
  Programs made;
  for (std::size_t variant = 0; variant < variants(); ++variant) {
    made.variants.push_back(record({variant}, timed));
  }
  if (!backend_->info().asynchronous || unrolled % period() != 0) return made;
  std::vector<std::size_t> steps;
  for (std::uint64_t step = 0; step < unrolled; ++step) steps.push_back(variant_at(step));
  made.unrolled = record(steps, timed);
  return made;
}

TrainingStep::Recorded TrainingStep::record(const std::vector<std::size_t>& steps, bool timed) {
  const NamedRange range(*backend_, "record");
  Recorded made;
  if (timed) made.clock = std::make_unique<PhaseClock>(*backend_);
  made.program = backend_->record(
      *queue_, [this, steps, clock = made.clock.get()] { put_steps(steps, clock); });
  return made;
}

void TrainingStep::put_steps(const std::vector<std::size_t>& steps, PhaseClock* clock) {
  struct Set {
    ~Set() { clock = nullptr; }
    PhaseClock*& clock;
  } const set{clock_};
  clock_ = clock;
  if (clock != nullptr) clock->begin_program();
  for (const std::size_t variant : steps) {
    put_step(variant);
    if (clock != nullptr) clock->end_step();
  }
}

void TrainingStep::set_timing(bool on) {
  require(replays_.empty(), "step", "timing switched while records are under way", "none");
  if (on && origin_ == nullptr) {
    for (Programs& programs : timed_programs_) programs = record_all(true);
    origin_ = backend_->make_stopwatch();
    origin_->start(*queue_);
    queue_->synchronise();
  }
  timing_ = on;
}

std::vector<PhaseTime> TrainingStep::take_phases() { return std::exchange(phases_, {}); }

void TrainingStep::set_steps(std::uint64_t steps) {
  StepState state{};
  state.step = steps;
  state.generator_rate = schedules_.generator_rate;
  state.discriminator_rate = schedules_.discriminator_rate;
  state.noise_schedule = schedules_.instance_noise;
  state.kl_schedule = schedules_.kl;
  apply_schedules(state);
  backend_->upload(*queue_, &state, sizeof(state), state_);
  prepare_first(*queue_, steps);
  mark("", *queue_);
  queue_->synchronise();
  steps_ = steps;
}

void TrainingStep::mark(const char* name, Queue& queue) {
  phase_.reset();
  if (*name != '\0') phase_.emplace(*backend_, name);
  if (clock_ != nullptr) clock_->mark(name, queue);
}

std::uint64_t TrainingStep::run(std::uint64_t limit) {
  require(replays_.size() < most_replays, "step",
          std::to_string(replays_.size()) + " replays whose records were not taken", "fewer");
  require(limit > 0, "step", "0 steps to run", "1 or more");
  const Programs& programs = timing_ ? timed_programs_[next_slot_] : programs_;
  const bool many = programs.unrolled.program != nullptr && replaying_ && limit >= unrolled &&
                    steps_ % unrolled == 0;
  const std::size_t variant = variant_at(steps_);
  const Recorded& chosen = many ? programs.unrolled : programs.variants[variant];
  const Replay replay{steps_, many ? unrolled : 1, next_slot_,
                      replaying_ ? chosen.clock.get() : nullptr};
  const NamedRange range(*backend_, many ? "steps" : "step", steps_ + 1);
  if (replaying_) {
    chosen.program->replay();
  } else {
    put_step(variant);
  }
  read_records(replay);
  steps_ += replay.count;
  next_slot_ = (next_slot_ + 1) % most_replays;
  replays_.push_back(replay);
  return replay.count;
}

// The records lie in a ring: in one piece, or at its end and its beginning.
void TrainingStep::read_records(const Replay& replay) {
  Queue& reader = *reading_queues_[replay.slot];
  reader.wait_for(*queue_);
  for (std::uint64_t done = 0; done < replay.count;) {
    const std::uint64_t at = (replay.first + done) % StepState::record_capacity;
    const std::uint64_t count = std::min(replay.count - done, StepState::record_capacity - at);
    backend_->download(reader, &state_->records[at], count * sizeof(StepRecord),
                       &records_[replay.slot][done]);
    done += count;
  }
}

std::span<const StepRecord> TrainingStep::take_records() {
  require(!replays_.empty(), "step", "no records to take", "a step that was run");
  const Replay replay = replays_.front();
  reading_queues_[replay.slot]->synchronise();
  replays_.pop_front();
  if (replay.clock != nullptr) replay.clock->read(*origin_, replay.first + 1, phases_);
  return {records_[replay.slot].data(), replay.count};
}

std::uint64_t TrainingStep::reported() const {
  return replays_.empty() ? steps_ : replays_.front().first;
}

}  // namespace vgan
