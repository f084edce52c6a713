// Operations that are not matrix products, against plain loops, on every backend.
#include <limits>
#include <set>

#include "kernels/math/adam.hpp"
#include "kernels/math/gaussian.hpp"
#include "kernels/math/permutation.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

const std::vector<std::int64_t> sizes{0, 1, 31, 32, 33, 1025};
// One rounding to bf16.
constexpr double bf16_half = 1.0 / 256.0;

constexpr std::pair<ElementType, ElementType> pairs_of_types[] = {
    {ElementType::f32, ElementType::f32},
    {ElementType::f32, ElementType::bf16},
    {ElementType::bf16, ElementType::f32},
    {ElementType::bf16, ElementType::bf16}};

/// Numbers as they are stored.
std::vector<double> stored(std::vector<double> values, ElementType type) {
  for (double& value : values) {
    const auto rounded = static_cast<float>(value);
    value = type == ElementType::bf16 ? math::to_float(math::to_bfloat16(rounded)) : rounded;
  }
  return values;
}

}  // namespace

TEST_CASE("activation_backward multiplies by the derivative", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    for (const std::int64_t cols : sizes) {
      for (const auto& [y_type, type] : pairs_of_types) {
        const auto y = random_values(3 * cols, 1, y_type);
        const auto dy = random_values(3 * cols, 2, type);
        const DeviceMatrix device_y(device, 3, cols, y, y_type);
        for (const Activation activation : {Activation::identity, Activation::leaky_relu,
                                            Activation::tanh, Activation::sigmoid}) {
          DeviceMatrix gradient(device, 3, cols, dy, type);
          device.backend->run(*device.queue, ActivationBackwardTask{device_y.ref(), gradient.ref(),
                                                                    activation, 0.2F});
          std::vector<double> want(dy);
          for (std::size_t i = 0; i < want.size(); ++i) {
            want[i] *= reference::derivative_from_output(activation, y[i], 0.2);
          }
          require_close("dy", gradient.get(), want,
                        {1e-7, type == ElementType::bf16 ? bf16_half : 1e-6});
        }
      }
    }
  });
}

TEST_CASE("adam moves weights, moments, average and shadow", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    for (const std::int64_t size : {1, 31, 33, 1025, 40000}) {
      const auto g = random_values(size, 4);
      auto w = random_values(size, 5);
      auto average = w;
      std::vector<double> m(w.size(), 0.0);
      std::vector<double> v(w.size(), 0.0);
      DeviceMatrix dw(device, 1, size, w), dg(device, 1, size, g), dm(device, 1, size),
          dv(device, 1, size), da(device, 1, size, w), ds(device, 1, size, ElementType::bf16);
      StepState start;
      start.generator.learning_rate = 0.01;
      const DeviceState state(device, start);
      const VectorView<math::BFloat16> shadow{ds.ref().as<math::BFloat16>().data, size};
      for (int t = 1; t <= 3; ++t) {
        device.backend->adam(
            *device.queue,
            {dw.vector(), dg.vector(), dm.vector(), dv.vector(), da.vector(), shadow}, state.get(),
            {0.5, 0.999, 1e-8, 0.9F, 0.0, &StepState::generator});
        device.backend->advance(*device.queue, state.get());
        for (std::size_t i = 0; i < w.size(); ++i) {
          m[i] = 0.5 * m[i] + 0.5 * g[i];
          v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
          const double bias1 = 1.0 - std::pow(0.5, t);
          const double bias2 = 1.0 - std::pow(0.999, t);
          w[i] -= 0.01 * (m[i] / bias1) / (std::sqrt(v[i] / bias2) + 1e-8);
          const double decay = std::fmin(0.9, (1.0 + t) / (10.0 + t));
          average[i] = decay * average[i] + (1.0 - decay) * w[i];
        }
      }
      // Three steps of some ten roundings each.
      require_close("weights", dw.get(), w, {2e-7, 2e-6});
      require_close("m", dm.get(), m, {1e-7, 2e-6});
      require_close("v", dv.get(), v, {1e-9, 2e-6});
      require_close("average", da.get(), average, {2e-7, 2e-6});
      require_close("shadow", ds.get(), w, {2e-7, bf16_half});
      const StepState after = state.read();
      CHECK(after.step == 3);
      CHECK(after.generator.nonfinite == 0);
      CHECK(after.records[2].epoch == 3);
    }
  });
}

TEST_CASE("adam reports a gradient that is not finite", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
          -std::numeric_limits<double>::infinity()}) {
      auto g = random_values(40000, 4);
      g[39999] = bad;
      DeviceMatrix w(device, 1, 40000), dg(device, 1, 40000, g), m(device, 1, 40000),
          v(device, 1, 40000);
      const DeviceState state(device);
      device.backend->adam(*device.queue, {w.vector(), dg.vector(), m.vector(), v.vector(), {}, {}},
                           state.get(), {0.5, 0.999, 1e-8, 0.0F, 0.0, &StepState::discriminator});
      device.backend->advance(*device.queue, state.get());
      CHECK(state.read().records[0].nonfinite == 1);
    }
  });
}

TEST_CASE("normal numbers are those of the stream, whatever the cut", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    StepState start;
    start.step = 7;
    const DeviceState state(device, start);
    for (const std::int64_t cols : {1, 31, 100, 1025}) {
      for (const std::uint64_t first : {0ULL, 1ULL, 6ULL, 1ULL << 33}) {
        const ElementType type = first == 6 ? ElementType::bf16 : ElementType::f32;
        DeviceMatrix out(device, 3, cols, type);
        device.backend->run(
            *device.queue,
            NormalTask{{42, Purpose::latent, first, StepCounter::of(state.get())}, out.ref()});
        std::vector<double> want;
        for (std::int64_t i = 0; i < 3 * cols; ++i) {
          want.push_back(math::gaussian(42, math::subsequence(Purpose::latent, 7),
                                        first + static_cast<std::uint64_t>(i)));
        }
        // The kernel draws by math::gaussian itself, so the bits are equal.
        require_close("normal", out.get(), stored(want, type), {0.0, 0.0});
      }
    }
  });
}

TEST_CASE("add_normal adds the sigma of the step times the stream", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    StepState start;
    start.instance_noise = 0.5F;
    const DeviceState state(device, start);
    for (const ElementType type : float_types) {
      const auto x = random_values(3 * 33, 6, type);
      const DeviceMatrix in(device, 3, 33, x, type);
      DeviceMatrix out(device, 3, 33, type);
      device.backend->run(*device.queue, AddNormalTask{in.ref(),
                                                       {1, Purpose::instance_noise_real, 0,
                                                        StepCounter::of(state.get())},
                                                       &state.get()->instance_noise,
                                                       out.ref()});
      std::vector<double> want;
      for (std::uint64_t i = 0; i < x.size(); ++i) {
        want.push_back(
            x[i] + 0.5 * math::gaussian(1, math::subsequence(Purpose::instance_noise_real, 0), i));
      }
      require_close("noisy", out.get(), want, {1e-7, type == ElementType::bf16 ? bf16_half : 1e-6});
    }
  });
}

TEST_CASE("uniform numbers fill their range", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    DeviceMatrix out(device, 100, 101);
    device.backend->run(*device.queue, UniformTask{{3, Purpose::initialise, 0}, 0.25F, out.view()});
    double sum = 0.0;
    double low = 1.0;
    double high = -1.0;
    for (const double x : out.get()) {
      sum += x;
      low = std::fmin(low, x);
      high = std::fmax(high, x);
    }
    CHECK(low >= -0.25);
    CHECK(high <= 0.25);
    CHECK(low < -0.249);
    CHECK(high > 0.249);
    CHECK(std::fabs(sum / 10100.0) < 0.005);
  });
}

TEST_CASE("gather takes every trial once a pass, normalised", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    constexpr std::int64_t count = 37;
    constexpr std::int64_t batch = 5;
    for (const ElementType type : {ElementType::u8, ElementType::f32}) {
      std::vector<double> trials;
      for (std::int64_t i = 0; i < count * 2; ++i) trials.push_back(static_cast<double>(i % 251));
      const DeviceMatrix padded(device, count, 2, trials, type);
      std::multiset<double> seen;
      std::vector<double> order;
      StepState start;
      for (start.step = 0; start.step * batch < 2 * count; ++start.step) {
        const DeviceState state(device, start);
        DeviceMatrix out(device, batch, 2);
        device.backend->run(*device.queue, GatherTask{padded.ref(), out.ref(), 2.0F / 255.0F, -1.0F,
                                                      9, StepCounter::of(state.get())});
        const auto got = out.get();
        for (std::int64_t i = 0; i < batch; ++i) {
          const auto position = start.step * batch + static_cast<std::uint64_t>(i);
          const auto trial =
              static_cast<double>(math::permute(position % count, count, 9, position / count));
          const auto row = static_cast<std::size_t>(2 * i);
          CHECK(got[row] == Approx(2.0 * std::fmod(2.0 * trial, 251.0) / 255.0 - 1.0).margin(1e-6));
          CHECK(got[row + 1] ==
                Approx(2.0 * std::fmod(2.0 * trial + 1.0, 251.0) / 255.0 - 1.0).margin(1e-6));
          if (position < count) seen.insert(trial);
        }
      }
      CHECK(seen.size() == count);
      CHECK(std::set<double>(seen.begin(), seen.end()).size() == count);
    }
  });
}

TEST_CASE("gather rounds what it takes to the type of the batch", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    const DeviceState state(device);
    for (const ElementType type : {ElementType::u8, ElementType::f32}) {
      std::vector<double> trials;
      for (int i = 0; i < 37 * 3; ++i) trials.push_back(i % 251);
      const DeviceMatrix data(device, 37, 3, trials, type);
      DeviceMatrix exact(device, 5, 3);
      DeviceMatrix half(device, 5, 3, ElementType::bf16);
      for (const DeviceMatrix* out : {&exact, &half})
        device.backend->run(*device.queue, GatherTask{data.ref(), out->ref(), 2.0F / 255.0F, -1.0F,
                                                      9, StepCounter::of(state.get())});
      require_close("half", half.get(), stored(exact.get(), ElementType::bf16), {});
    }
  });
}

TEST_CASE("convert and fill", "[kernels][pointwise]") {
  on_every_device([](Device& device) {
    for (const std::int64_t cols : sizes) {
      const auto x = random_values(2 * cols, 12);
      const DeviceMatrix in(device, 2, cols, x);
      DeviceMatrix half(device, 2, cols, ElementType::bf16);
      DeviceMatrix back(device, 2, cols);
      device.backend->convert(*device.queue, in.ref(), half.ref());
      device.backend->convert(*device.queue, half.ref(), back.ref());
      require_close("there and back", back.get(), x, {1e-30, bf16_half});
      for (DeviceMatrix* out : {&back, &half}) {
        device.backend->fill(*device.queue, 0.5F, out->ref());
        require_close("filled", out->get(), std::vector<double>(x.size(), 0.5), {});
      }
      for (const ElementType type : float_types) {
        const DeviceMatrix from(device, 2, cols, stored(x, type), type);
        DeviceMatrix to(device, 2, cols, type);
        device.backend->convert(*device.queue, from.ref(), to.ref());
        require_close("copied", to.get(), stored(x, type), {});
      }
    }
  });
}
