// What the step's counter and schedules decide, on every backend: several updates in one step equal
// as many steps, and `advance` sets up the step to come.
#include <cstring>

#include "kernels/math/gaussian.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

StepState at_step(std::uint64_t step) {
  StepState state;
  state.step = step;
  state.discriminator.learning_rate = 0.01;
  return state;
}

/// A network's section by section, from the same numbers each time.
struct Arena {
  Arena(Device& device, std::int64_t size, std::uint64_t seed)
      : w(device, 1, size, random_values(size, seed)),
        g(device, 1, size, random_values(size, seed + 1)),
        m(device, 1, size, random_values(size, seed + 2)),
        v(device, 1, size, std::vector<double>(static_cast<std::size_t>(size), 0.5)),
        average(device, 1, size, random_values(size, seed + 3)) {}

  AdamArena view() const {
    return {w.vector(), g.vector(), m.vector(), v.vector(), average.vector(), {}};
  }
  std::vector<double> all() const {
    std::vector<double> values = w.get();
    for (const DeviceMatrix* more : {&m, &v, &average}) {
      const auto got = more->get();
      values.insert(values.end(), got.begin(), got.end());
    }
    return values;
  }

  DeviceMatrix w, g, m, v, average;
};

AdamOptions adam_options(std::uint64_t per_step, std::uint64_t ahead) {
  AdamOptions options;
  options.average_decay = 0.999F;
  options.network = &StepState::discriminator;
  options.per_step = per_step;
  options.ahead = ahead;
  return options;
}

/// What `body(state, options, arenas...)` leaves, of update 2 of 3 in step 7 and of step 23.
template <class Body>
void require_same_update(Device& device, std::int64_t weights, std::int64_t biases, Body body) {
  std::vector<std::vector<double>> left;
  for (const bool several : {true, false}) {
    const Arena weight(device, weights, 10), bias(device, biases, 20);
    const DeviceState state(device, at_step(several ? 7 : 23));
    body(state.get(), several ? adam_options(3, 2) : adam_options(1, 0), weight.view(),
         bias.view());
    left.push_back(weight.all());
    const auto of_bias = bias.all();
    left.back().insert(left.back().end(), of_bias.begin(), of_bias.end());
  }
  CHECK(left[0] == left[1]);
  // Not so of another update: the bias correction and the average's warm-up differ.
  const Arena weight(device, weights, 10), bias(device, biases, 20);
  const DeviceState state(device, at_step(7));
  body(state.get(), adam_options(3, 1), weight.view(), bias.view());
  auto other = weight.all();
  const auto of_bias = bias.all();
  other.insert(other.end(), of_bias.begin(), of_bias.end());
  CHECK(other != left[0]);
}

}  // namespace

TEST_CASE("adam: update 2 of 3 in step 7 is step 23", "[kernels][step]") {
  on_every_device([](Device& device) {
    require_same_update(device, 1025, 33,
                        [&](StepState* state, const AdamOptions& options, const AdamArena& weight,
                            const AdamArena& bias) {
                          device.backend->adam(*device.queue, weight, state, options);
                          device.backend->adam(*device.queue, bias, state, options);
                        });
  });
}

TEST_CASE("fused updates: update 2 of 3 in step 7 is step 23", "[kernels][step]") {
  on_every_device([](Device& device) {
    const DeviceMatrix x(device, 9, 33, random_values(9 * 33, 1));
    const DeviceMatrix dy(device, 9, 17, random_values(9 * 17, 2));
    require_same_update(
        device, 33 * 17, 17,
        [&](StepState* state, const AdamOptions& options, const AdamArena& weight,
            const AdamArena& bias) {
          const DenseUpdateTask task{x.ref(), dy.ref(), weight, bias};
          device.backend->dense_backward(*device.queue, {}, {&task, 1}, state, {options, false});
        });
    require_same_update(
        device, 33, 1,
        [&](StepState* state, const AdamOptions& options, const AdamArena& weight,
            const AdamArena& bias) {
          DeviceMatrix logits(device, 9, 1), gradient(device, 9, 1);
          LogitLossTask task;
          task.x = x.ref();
          task.w = {weight.weights.data, ElementType::f32, 33, 1, 1};
          task.bias = bias.weights;
          task.logits = logits.view();
          task.gradient = gradient.ref();
          task.sides[0] = {9, {GanLoss::bce, GanSide::real, 1.0F, &state->current.values[0]}};
          task.weight_step = weight;
          task.bias_step = bias;
          device.backend->logit_loss(*device.queue, task, state, {options, false});
        });
  });
}

TEST_CASE("streams: draw 2 of 3 in step 7 is that of step 23", "[kernels][step]") {
  on_every_device([](Device& device) {
    const DeviceState state7(device, at_step(7)), state23(device, at_step(23));
    const DeviceMatrix trials(device, 101, 3, random_values(303, 1));
    const DeviceMatrix zeros(device, 10, 3), ones(device, 10, 3, std::vector<double>(30, 1.0));
    std::vector<std::vector<double>> drawn;
    for (const bool several : {true, false}) {
      const StepState* state = several ? state7.get() : state23.get();
      const std::uint64_t ahead = several ? 2 : 0, per_step = several ? 3 : 1;
      DeviceMatrix noise(device, 10, 3), batch(device, 10, 3), between(device, 10, 3);
      const StepCounter counter = StepCounter::of(state, ahead, per_step);
      device.backend->run(*device.queue, NormalTask{{5, Purpose::latent, 0, counter}, noise.ref()});
      device.backend->run(*device.queue,
                          GatherTask{trials.ref(), batch.ref(), 1.0F, 0.0F, 5, counter});
      device.backend->run(
          *device.queue,
          InterpolateTask{
              ones.ref(), zeros.ref(), {5, Purpose::interpolate, 0, counter}, between.ref()});
      drawn.push_back(noise.get());
      for (const DeviceMatrix* more : {&batch, &between}) {
        const auto got = more->get();
        drawn.back().insert(drawn.back().end(), got.begin(), got.end());
      }
    }
    CHECK(drawn[0] == drawn[1]);
    CHECK(static_cast<float>(drawn[0][0]) ==
          math::gaussian(5, math::subsequence(Purpose::latent, 23), 0));
  });
}

TEST_CASE("advance sets what has a schedule for the step to come", "[kernels][step]") {
  on_every_device([](Device& device) {
    StepState start = at_step(0);
    start.discriminator_rate = {4e-4, 1e-4, 3, 10, math::Ramp::linear};
    start.generator_rate = {2e-4, 0.0, 0, 7, math::Ramp::cosine};
    start.noise_schedule = {0.1, 0.0, 0, 5, math::Ramp::linear};
    start.kl_schedule = {1.0, 1.0, 4, 0, math::Ramp::constant};
    const DeviceState state(device, start);
    for (std::uint64_t step = 1; step <= 13; ++step) {
      device.backend->advance(*device.queue, state.get());
      const StepState after = state.read();
      REQUIRE(after.step == step);
      // `advance` calls math::value_at itself, so the bits are equal.
      CHECK(after.discriminator.learning_rate == math::value_at(start.discriminator_rate, step));
      CHECK(after.generator.learning_rate == math::value_at(start.generator_rate, step));
      CHECK(after.instance_noise == static_cast<float>(math::value_at(start.noise_schedule, step)));
      CHECK(after.kl_weight == static_cast<float>(math::value_at(start.kl_schedule, step)));
    }
  });
}

TEST_CASE("advance leaves what has no schedule, and files and clears the record",
          "[kernels][step]") {
  on_every_device([](Device& device) {
    StepState start = at_step(41);
    start.generator.learning_rate = 0.02;
    start.instance_noise = 0.25F;
    start.kl_weight = 0.5F;
    for (std::size_t i = 0; i < StepRecord::most_values; ++i) {
      start.current.values[i] = static_cast<float>(i + 1);
    }
    const DeviceState state(device, start);
    device.backend->advance(*device.queue, state.get());
    const StepState after = state.read();
    CHECK(after.discriminator.learning_rate == 0.01);
    CHECK(after.generator.learning_rate == 0.02);
    CHECK(after.instance_noise == 0.25F);
    CHECK(after.kl_weight == 0.5F);
    CHECK(after.records[41].epoch == 42);
    CHECK(after.records[41].values[0] == 1.0F);
    CHECK(after.records[41].values[StepRecord::most_values - 1] == StepRecord::most_values);
    // What a later step does not measure must not be this one's.
    const StepRecord empty;
    CHECK(std::memcmp(&after.current, &empty, sizeof(empty)) == 0);
  });
}
