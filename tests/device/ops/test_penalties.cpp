// Penalties on D's slope and the points where they are taken, against plain loops in double, on
// every backend.
#include "engine/base/error.hpp"
#include "kernels/math/uniform.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// The penalty of rows of `cols` numbers, and x's new value in `gradient`.
double penalty(GradientPenalty kind, const std::vector<double>& x, std::size_t cols, double scale,
               std::vector<double>& gradient) {
  double sum = 0.0;
  gradient.clear();
  for (std::size_t first = 0; first < x.size(); first += cols) {
    double square = 0.0;
    for (std::size_t j = 0; j < cols; ++j) square += x[first + j] * x[first + j];
    const double length = std::sqrt(square);
    const bool squared = kind == GradientPenalty::squared;
    sum += squared ? square : (length - 1.0) * (length - 1.0);
    const double factor = squared ? 1.0 : length > 0.0 ? (length - 1.0) / length : 0.0;
    for (std::size_t j = 0; j < cols; ++j) gradient.push_back(scale * factor * x[first + j]);
  }
  return sum;
}

}  // namespace

TEST_CASE("gradient_penalty measures the rows and gives its gradient", "[kernels][penalty]") {
  on_every_device([](Device& device) {
    for (const GradientPenalty kind : {GradientPenalty::squared, GradientPenalty::one_centred}) {
      for (const std::int64_t cols : {1, 15, 16, 17, 31, 33, 784, 1025}) {
        for (const std::int64_t rows : {1, 9, 300}) {
          INFO("kind " << static_cast<int>(kind) << ", " << rows << " x " << cols);
          const auto x = random_values(rows * cols, 8);
          DeviceMatrix v(device, rows, cols, x);
          const DeviceState state(device);
          device.backend->run(*device.queue, GradientPenaltyTask{v.view(), kind, 0.25F, 3.0F,
                                                                 &state.get()->current.values[3]});
          std::vector<double> want;
          const double sum = penalty(kind, x, static_cast<std::size_t>(cols), 3.0, want);
          CHECK(state.read().current.values[3] == Approx(0.25 * sum).epsilon(1e-5));
          // A length is within some 1e-6 of itself; where it is near 1, its excess is not.
          require_close("gradient", v.get(), want, {1e-5, 2e-6});
        }
      }
    }
  });
}

TEST_CASE("gradient_penalty of rows without a length is finite", "[kernels][penalty]") {
  on_every_device([](Device& device) {
    // Nothing; so short that the square is 0 in float; short; of length 1; twice that.
    const std::vector<double> x{0.0, 0.0, 1e-30, 0.0, 1e-10, 0.0, 0.6, 0.8, -2.0, 0.0};
    DeviceMatrix v(device, 5, 2, x);
    const DeviceState state(device);
    device.backend->run(*device.queue,
                        GradientPenaltyTask{v.view(), GradientPenalty::one_centred, 1.0F, 1.0F,
                                            &state.get()->current.values[5]});
    CHECK(state.read().current.values[5] == Approx(4.0).epsilon(1e-6));
    require_close("gradient", v.get(),
                  std::vector<double>{0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, -1.0, 0.0},
                  {2e-7, 1e-6});
    DeviceMatrix none(device, 0, 7);
    device.backend->run(*device.queue,
                        GradientPenaltyTask{none.view(), GradientPenalty::one_centred, 1.0F, 1.0F,
                                            &state.get()->current.values[5]});
    CHECK(state.read().current.values[5] == 0.0F);
    CHECK_THROWS_AS(device.backend->run(*device.queue, GradientPenaltyTask{v.view()}), Error);
  });
}

TEST_CASE("half the slope of the penalty is what is left in x", "[kernels][penalty]") {
  for (const GradientPenalty kind : {GradientPenalty::squared, GradientPenalty::one_centred}) {
    std::vector<double> unused;
    Device device = open_device("cpu");
    auto x = random_values(4 * 5, 3);
    DeviceMatrix v(device, 4, 5, x);
    const DeviceState state(device);
    device.backend->run(*device.queue, GradientPenaltyTask{v.view(), kind, 1.0F, 2.0F,
                                                           &state.get()->current.values[3]});
    std::vector<double> slopes;
    for (double& value : x) {
      const double here = value;
      value = here + 1e-6;
      const double above = penalty(kind, x, 5, 1.0, unused);
      value = here - 1e-6;
      slopes.push_back((above - penalty(kind, x, 5, 1.0, unused)) / 2e-6);
      value = here;
    }
    // 1e-10 of cancellation over 2e-6, and f32.
    require_close("slope", v.get(), slopes, {1e-6, 1e-5});
  }
}

TEST_CASE("interpolate mixes row by row with the numbers of its stream", "[kernels][penalty]") {
  on_every_device([](Device& device) {
    StepState start;
    start.step = 7;
    const DeviceState state(device, start);
    const auto numbers = math::subsequence(Purpose::interpolate, 7);
    for (const ElementType in : {ElementType::f32, ElementType::bf16}) {
      for (const ElementType to : {ElementType::f32, ElementType::bf16}) {
        for (const std::int64_t cols : {1, 31, 32, 33, 1025}) {
          const std::uint64_t first = cols == 33 ? 6 : 0;
          const auto real = random_values(9 * cols, 1, in);
          const auto fake = random_values(9 * cols, 2, in);
          const DeviceMatrix device_real(device, 9, cols, real, in);
          const DeviceMatrix device_fake(device, 9, cols, fake, in);
          DeviceMatrix out(device, 9, cols, to);
          device.backend->run(*device.queue, InterpolateTask{device_real.ref(),
                                                             device_fake.ref(),
                                                             {42, Purpose::interpolate, first,
                                                              StepCounter::of(state.get())},
                                                             out.ref()});
          std::vector<double> want;
          for (std::size_t i = 0; i < real.size(); ++i) {
            const double e = math::uniform(42, numbers, first + i / static_cast<std::size_t>(cols));
            CHECK((e > 0.0 && e <= 1.0));
            want.push_back(e * real[i] + (1.0 - e) * fake[i]);
          }
          require_close("between", out.get(), want,
                        {2e-7, to == ElementType::bf16 ? 1.0 / 256.0 : 0.0});
        }
      }
    }
  });
}

TEST_CASE("interpolate's numbers are those of uniform, and differ from row to row",
          "[kernels][penalty]") {
  on_every_device([](Device& device) {
    const DeviceMatrix ones(device, 1000, 1, std::vector<double>(1000, 1.0));
    const DeviceMatrix zeros(device, 1000, 1);
    DeviceMatrix shares(device, 1000, 1), uniform(device, 1000, 1);
    device.backend->run(
        *device.queue,
        InterpolateTask{ones.ref(), zeros.ref(), {3, Purpose::interpolate, 5}, shares.ref()});
    device.backend->run(*device.queue,
                        UniformTask{{3, Purpose::interpolate, 5}, 1.0F, uniform.view()});
    auto want = uniform.get();  // in (-1, 1] from the same words
    double sum = 0.0;
    for (double& value : want) sum += value = 0.5 * (value + 1.0);
    require_close("shares", shares.get(), want, {1e-7, 0.0});
    // A mean of 1,000 has a standard deviation of 0.009.
    CHECK(std::fabs(sum / 1000.0 - 0.5) < 0.04);
  });
}

TEST_CASE("interpolate refuses what does not fit", "[kernels][penalty]") {
  on_every_device([](Device& device) {
    const DeviceMatrix a(device, 3, 4), half(device, 3, 4, ElementType::bf16), longer(device, 4, 4);
    DeviceMatrix out(device, 3, 4);
    const RandomStream stream{1, Purpose::interpolate};
    const auto mix = [&](const DeviceMatrix& real, const DeviceMatrix& fake) {
      device.backend->run(*device.queue,
                          InterpolateTask{real.ref(), fake.ref(), stream, out.ref()});
    };
    CHECK_THROWS_AS(mix(a, half), Error);
    CHECK_THROWS_AS(mix(a, longer), Error);
    CHECK_THROWS_AS(mix(longer, longer), Error);
    CHECK_NOTHROW(mix(half, half));
  });
}
