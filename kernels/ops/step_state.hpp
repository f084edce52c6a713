// What a training step counts and records, in the memory of the device that runs it, so that a
// recorded step can be replayed without the host telling it anything.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/math/host_device.hpp"
#include "kernels/math/schedule.hpp"

namespace vgan {

/// What Adam needs to know of one network.
struct AdamState {
  double learning_rate = 0.0;   ///< of this step
  std::uint32_t nonfinite = 0;  ///< 1 once a gradient held NaN or Inf
};

/// What one step measured, as its kernels leave it. Which number lies where, the objective says.
struct StepRecord {
  static constexpr std::size_t most_values = 8;

  std::uint64_t epoch = 0;  ///< counted from 1
  float values[most_values] = {};
  std::uint32_t nonfinite = 0;  ///< 1 if a gradient of this step held NaN or Inf

  /// The number that an objective's enum names. Of a record in device memory the host takes but the
  /// address.
  template <class Value>
  float& operator[](Value value) {
    static_assert(static_cast<std::size_t>(Value::count) <= most_values);
    return values[static_cast<std::size_t>(value)];
  }
  template <class Value>
  float operator[](Value value) const {
    static_assert(static_cast<std::size_t>(Value::count) <= most_values);
    return values[static_cast<std::size_t>(value)];
  }
};

struct StepState {
  static constexpr std::uint64_t record_capacity = 256;

  std::uint64_t step = 0;  ///< steps finished: the counter of every random stream
  AdamState discriminator;
  AdamState generator;
  /// What changes from step to step: `apply_schedules` evaluates them. Unless set, they hold what
  /// is there.
  math::Schedule discriminator_rate{.ramp = math::Ramp::held};
  math::Schedule generator_rate{.ramp = math::Ramp::held};
  math::Schedule noise_schedule{.ramp = math::Ramp::held};
  math::Schedule kl_schedule{.ramp = math::Ramp::held};
  float instance_noise = 0.0F;  ///< standard deviation, of this step
  float kl_weight = 1.0F;       ///< share of beta, of this step
  StepRecord current;
  StepRecord records[record_capacity];  ///< ring: the record of step s is at s % record_capacity
};

/// Sets what has a schedule to its value in the step to come, number `state.step` from 0.
VGAN_HOST_DEVICE inline void apply_schedules(StepState& state) {
  double& d_rate = state.discriminator.learning_rate;
  double& g_rate = state.generator.learning_rate;
  d_rate = math::next_value(state.discriminator_rate, state.step, d_rate);
  g_rate = math::next_value(state.generator_rate, state.step, g_rate);
  state.instance_noise = static_cast<float>(
      math::next_value(state.noise_schedule, state.step, double{state.instance_noise}));
  state.kl_weight =
      static_cast<float>(math::next_value(state.kl_schedule, state.step, double{state.kl_weight}));
}

/// Ends a step: files its record, counts it, and sets what has a schedule for the step to come.
VGAN_HOST_DEVICE inline void finish_step(StepState& state) {
  StepRecord& record = state.current;
  record.epoch = state.step + 1;
  record.nonfinite = state.discriminator.nonfinite | state.generator.nonfinite;
  state.records[state.step % StepState::record_capacity] = record;
  record = StepRecord{};
  ++state.step;
  apply_schedules(state);
}

/// What is counted by the steps, and may come several times in one: of `per_step` times in the step
/// to come, number `ahead` has this value. `ahead` may reach into later steps.
struct StepCounter {
  const std::uint64_t* step = nullptr;  ///< StepState::step, in device memory; null: always 0
  std::uint64_t per_step = 1;
  std::uint64_t ahead = 0;

  /// The counter of the steps that `state` counts, in device memory; null: always 0.
  static StepCounter of(const StepState* state, std::uint64_t ahead = 0,
                        std::uint64_t per_step = 1) {
    return {state == nullptr ? nullptr : &state->step, per_step, ahead};
  }

  VGAN_HOST_DEVICE std::uint64_t value() const {
    return step == nullptr ? 0 : *step * per_step + ahead;
  }
};

/// Ends the step that `state` counts: `finish_step`, on the device.
struct AdvanceTask {
  static constexpr const char* name = "advance";

  StepState* state = nullptr;  ///< in device memory
};

}  // namespace vgan
