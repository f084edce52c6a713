// Schedules against their closed forms in double.
#include <cmath>

#include "kernels/math/schedule.hpp"
#include "kernels/ops/step_state.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace vgan::math;

const double pi = std::acos(-1.0);

}  // namespace

TEST_CASE("a constant schedule is constant, whatever its horizon", "[math][schedule]") {
  const Schedule plain = constant(2e-4);
  const Schedule with_horizon{2e-4, 1.0, 0, 10, Ramp::constant};
  for (const std::uint64_t step : {0ULL, 1ULL, 9ULL, 10ULL, 1000000007ULL}) {
    CHECK(value_at(plain, step) == 2e-4);
    CHECK(value_at(with_horizon, step) == 2e-4);
  }
}

TEST_CASE("a linear schedule is a line, then its end", "[math][schedule]") {
  const Schedule falling{0.4, 0.1, 0, 1000, Ramp::linear};
  const Schedule rising{0.0, 3.0, 0, 7, Ramp::linear};
  for (std::uint64_t step = 0; step <= 1500; ++step) {
    const double way = std::fmin(1.0, static_cast<double>(step) / 1000.0);
    CHECK(value_at(falling, step) == Approx(0.4 - 0.3 * way).epsilon(1e-14));
    CHECK(value_at(rising, step) ==
          Approx(3.0 * std::fmin(1.0, static_cast<double>(step) / 7.0)).epsilon(1e-14));
  }
  CHECK(value_at(falling, 0) == 0.4);
  CHECK(value_at(falling, 1000) == Approx(0.1).epsilon(1e-15));
  CHECK(value_at(falling, ~0ULL) == value_at(falling, 1000));
}

TEST_CASE("a cosine schedule is half a wave, then its end", "[math][schedule]") {
  const Schedule schedule{0.4, 0.1, 0, 1000, Ramp::cosine};
  double last = 1.0;
  for (std::uint64_t step = 0; step <= 1500; ++step) {
    const double way = std::fmin(1.0, static_cast<double>(step) / 1000.0);
    const double want = 0.4 + (0.1 - 0.4) * 0.5 * (1.0 - std::cos(pi * way));
    // The cosine is a float's, of an argument rounded to float.
    CHECK(value_at(schedule, step) == Approx(want).margin(0.3 * 2e-7));
    CHECK(value_at(schedule, step) <= last);
    last = value_at(schedule, step);
  }
  CHECK(value_at(schedule, 0) == 0.4);
  CHECK(value_at(schedule, 500) == Approx(0.25).epsilon(1e-15));
  CHECK(value_at(schedule, 1000) == Approx(0.1).epsilon(1e-15));
}

TEST_CASE("a geometric schedule falls by equal factors, then stays", "[math][schedule]") {
  const Schedule falling{0.5, 0.01, 0, 1000, Ramp::geometric};
  const Schedule rising{0.01, 3.0, 0, 7, Ramp::geometric};
  for (std::uint64_t step = 0; step <= 1500; ++step) {
    const double way = std::fmin(1.0, static_cast<double>(step) / 1000.0);
    CHECK(value_at(falling, step) == Approx(0.5 * std::pow(0.02, way)).epsilon(1e-6));
    const double fast = std::fmin(1.0, static_cast<double>(step) / 7.0);
    CHECK(value_at(rising, step) == Approx(0.01 * std::pow(300.0, fast)).epsilon(1e-6));
  }
  CHECK(value_at(falling, 0) == 0.5);
  CHECK(value_at(falling, 1000) == 0.01);
  CHECK(value_at(falling, ~0ULL) == 0.01);
}

TEST_CASE("a horizon of 0 leaves the first value", "[math][schedule]") {
  for (const Ramp ramp : {Ramp::linear, Ramp::cosine, Ramp::geometric}) {
    const Schedule schedule{0.4, 0.1, 0, 0, ramp};
    for (const std::uint64_t step : {0ULL, 1ULL, 100ULL}) CHECK(value_at(schedule, step) == 0.4);
  }
}

TEST_CASE("a warm-up rises to the schedule, without a step in vain", "[math][schedule]") {
  for (const Ramp ramp : {Ramp::constant, Ramp::linear, Ramp::cosine, Ramp::geometric}) {
    const Schedule cold{0.4, 0.1, 0, 50, ramp};
    Schedule warm = cold;
    warm.warmup = 9;
    for (std::uint64_t step = 0; step < 100; ++step) {
      const double share = step < 9 ? static_cast<double>(step + 1) / 10.0 : 1.0;
      CHECK(value_at(warm, step) == Approx(share * value_at(cold, step)).epsilon(1e-14));
    }
    CHECK(value_at(warm, 0) > 0.0);
    CHECK(value_at(warm, 9) == value_at(cold, 9));
  }
  const Schedule one{0.4, 0.4, 1, 0, Ramp::constant};
  CHECK(value_at(one, 0) == Approx(0.2).epsilon(1e-15));
  CHECK(value_at(one, 1) == 0.4);
}

TEST_CASE("a held value is not touched", "[math][schedule]") {
  CHECK(next_value({.first = 0.4, .ramp = Ramp::held}, 3, 0.7) == 0.7);
  CHECK(next_value(constant(0.4), 3, 0.7) == 0.4);
  vgan::StepState state;
  state.generator.learning_rate = 0.5;
  state.discriminator_rate = constant(0.25);
  apply_schedules(state);
  CHECK(state.generator.learning_rate == 0.5);
  CHECK(state.discriminator.learning_rate == 0.25);
  CHECK(state.kl_weight == 1.0F);
}
