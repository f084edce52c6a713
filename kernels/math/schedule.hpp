// How a number changes with the steps of a run: rates, noise, the weight of a loss.
#pragma once

#include <cstdint>

#include "kernels/math/elementary.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan::math {

/// `held`: no schedule at all, what was set stays. `geometric`: by equal factors in equal times,
/// between two numbers above 0.
enum class Ramp : std::uint32_t { constant = 0, linear = 1, cosine = 2, held = 3, geometric = 4 };

/// A warm-up from 0 over the first `warmup` steps, times a way from `first` to `last` over
/// `horizon` steps, where it stays.
struct Schedule {
  double first = 0.0;
  double last = 0.0;
  std::uint64_t warmup = 0;
  std::uint64_t horizon = 0;
  Ramp ramp = Ramp::constant;
};

/// A schedule that holds one value in every step.
constexpr Schedule constant(double value) { return {value, value}; }

/// The value at step `step`, counted from 0. The warm-up takes (step + 1) / (warmup + 1) of it, so
/// that no step is in vain.
VGAN_HOST_DEVICE inline double value_at(const Schedule& schedule, std::uint64_t step) {
  double way = 0.0;
  const bool moves = schedule.ramp != Ramp::constant && schedule.ramp != Ramp::held;
  if (moves && schedule.horizon > 0) {
    way = step >= schedule.horizon
              ? 1.0
              : static_cast<double>(step) / static_cast<double>(schedule.horizon);
    if (schedule.ramp == Ramp::cosine) {
      float sine = 0.0f;
      float cosine = 1.0f;
      sin_cos_2pi(static_cast<float>(0.5 * way), &sine, &cosine);
      way = 0.5 * (1.0 - static_cast<double>(cosine));
    }
  }
  double value = schedule.first + way * (schedule.last - schedule.first);
  if (schedule.ramp == Ramp::geometric && way > 0.0) {
    const float factor = log(static_cast<float>(schedule.last / schedule.first));
    value = way == 1.0
                ? schedule.last
                : schedule.first * static_cast<double>(exp(static_cast<float>(way) * factor));
  }
  if (step >= schedule.warmup) return value;
  return value * static_cast<double>(step + 1) / static_cast<double>(schedule.warmup + 1);
}

/// What follows `now` at step `step`: value_at, or `now` itself where the schedule holds what is
/// there.
VGAN_HOST_DEVICE inline double next_value(const Schedule& schedule, std::uint64_t step,
                                          double now) {
  return schedule.ramp == Ramp::held ? now : value_at(schedule, step);
}

}  // namespace vgan::math
