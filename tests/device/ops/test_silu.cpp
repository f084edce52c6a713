// The activation of residual blocks with its dropout, against plain loops in double, on every
// backend.
#include <cmath>

#include "kernels/math/philox.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Purpose;
using reference::Values;

namespace {

constexpr std::uint64_t seed = 42;
constexpr std::uint64_t step = 7;

// A sigmoid, which has 2.4 units in the last place, and some products of it in f32.
constexpr Tolerance tolerance{1e-6, 1e-6};

double silu(double x) { return x * reference::activate(math::Activation::sigmoid, x, 0.0); }

double silu_derivative(double x) {
  const double share = reference::activate(math::Activation::sigmoid, x, 0.0);
  return share + x * share * (1.0 - share);
}

/// What each of `count` numbers is multiplied by.
Values factors_of(double rate, std::uint64_t first, std::size_t count) {
  const long threshold = std::lround(rate * 65536.0);
  Values factors;
  for (std::size_t k = 0; k < count; ++k) {
    const std::uint64_t number = first + k / 2;
    const std::uint32_t word = math::word_of(
        math::philox_block(seed, math::subsequence(Purpose::dropout, step), number / 4),
        static_cast<int>(number % 4));
    const long half = k % 2 == 0 ? word % 65536 : word / 65536;
    factors.push_back(half < threshold ? 0.0 : 65536.0 / static_cast<double>(65536 - threshold));
  }
  return factors;
}

Values numbers_for(std::int64_t count) {
  Values values = random_values(count, 71);
  for (double& value : values) value *= 8.0;
  return values;
}

DeviceState at_step(Device& device) {
  StepState state;
  state.step = step;
  return DeviceState(device, state);
}

SiluTask task_for(const DeviceMatrix& x, const DeviceMatrix& y, float rate, std::uint64_t first = 0,
                  const StepState* state = nullptr) {
  SiluTask task;
  task.x = x.view();
  task.y = y.view();
  task.rate = rate;
  task.stream = {seed, Purpose::dropout, first, StepCounter::of(state)};
  return task;
}

}  // namespace

TEST_CASE("silu with dropout is that of its equation", "[kernels][silu]") {
  const auto check = [](Device& device, std::int64_t rows, std::int64_t cols, float rate,
                        std::uint64_t first, bool differentiates) {
    INFO(rows << " x " << cols << ", rate " << rate << ", from " << first);
    const Values numbers = numbers_for(rows * cols);
    const DeviceState state = at_step(device);
    const DeviceMatrix x(device, rows, cols, numbers), y(device, rows, cols);
    SiluTask task = task_for(x, y, rate, first, state.get());
    task.differentiates = differentiates;
    device.backend->run(*device.queue, task);
    const Values factors = factors_of(static_cast<double>(rate), first, numbers.size());
    Values value, derivative;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      value.push_back(factors[k] * silu(numbers[k]));
      derivative.push_back(factors[k] * silu_derivative(numbers[k]));
    }
    require_close("y", y.get(), value, tolerance);
    if (differentiates) {
      // 1 - sigmoid(x) is rounded to units of 1, and multiplied by up to 8.
      require_close("derivative", x.get(), derivative, {2e-6, 1e-6});
    } else {
      REQUIRE(x.get() == numbers);
      task.y = task.x;
      device.backend->run(*device.queue, task);
      REQUIRE(x.get() == y.get());
    }
  };
  on_every_device([&](Device& device) {
    for (const auto& [rows, cols] : {std::pair<std::int64_t, std::int64_t>{1, 1},
                                     {3, 31},
                                     {5, 33},
                                     {4, 256},
                                     {2, 1100},
                                     {9, 3}}) {
      for (const float rate : {0.0F, 0.3F, 0.5F}) {
        for (const std::uint64_t first : {0ULL, 1ULL, 6ULL, (1ULL << 62) + 3}) {
          for (const bool differentiates : {false, true}) {
            check(device, rows, cols, rate, first, differentiates);
          }
        }
      }
    }
  });
}

TEST_CASE("silu's derivative agrees with central differences", "[kernels][silu]") {
  on_every_device([](Device& device) {
    const Values numbers = numbers_for(300);
    const DeviceState state = at_step(device);
    const DeviceMatrix x(device, 3, 100, numbers), y(device, 3, 100);
    SiluTask task = task_for(x, y, 0.25F, 5, state.get());
    task.differentiates = true;
    device.backend->run(*device.queue, task);
    const Values factors = factors_of(0.25, 5, 300);
    constexpr double away = 1e-5;
    Values want;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      want.push_back(factors[k] * (silu(numbers[k] + away) - silu(numbers[k] - away)) / (2 * away));
    }
    require_close("derivative", x.get(), want, {2e-6, 1e-6});
  });
}

// A share p of n numbers lies within five of its standard deviations, sqrt(p (1 - p) / n).
TEST_CASE("dropout keeps its share, and the mean", "[kernels][silu]") {
  constexpr std::int64_t rows = 100, cols = 1000, count = rows * cols;
  on_every_device([](Device& device) {
    const DeviceMatrix x(device, rows, cols, Values(count, 1.0)), y(device, rows, cols);
    device.backend->run(*device.queue, task_for(x, y, 0.3F));
    double dropped = 0.0, sum = 0.0;
    for (const double value : y.get()) {
      dropped += value == 0.0 ? 1.0 / count : 0.0;
      sum += value / count;
    }
    const double deviation = std::sqrt(0.3 * 0.7 / count);
    CHECK(std::fabs(dropped - 0.3) <= 5.0 * deviation);
    CHECK(std::fabs(sum / silu(1.0) - 1.0) <= 5.0 * deviation / 0.7);
  });
}

TEST_CASE("a row's dropout does not depend on the rows beside it", "[kernels][silu]") {
  on_every_device([](Device& device) {
    const Values numbers = numbers_for(9 * 26);
    const DeviceMatrix x(device, 9, 26, numbers), whole(device, 9, 26), part(device, 4, 26);
    device.backend->run(*device.queue, task_for(x, whole, 0.5F, 11));
    SiluTask task = task_for(x, part, 0.5F, 11 + 5 * 26 / 2);
    task.x = x.ref().rows_from(5, 4).as<float>();
    device.backend->run(*device.queue, task);
    const Values all = whole.get();
    REQUIRE(part.get() == Values(all.begin() + 5 * 26, all.end()));
  });
}

TEST_CASE("the greatest rate below 1 keeps next to nothing, and is finite", "[kernels][silu]") {
  on_every_device([](Device& device) {
    const DeviceMatrix x(device, 20, 100, Values(2000, 1.0)), y(device, 20, 100);
    device.backend->run(*device.queue, task_for(x, y, std::nextafter(1.0F, 0.0F)));
    double kept = 0.0;
    for (const double value : y.get()) {
      REQUIRE(std::isfinite(value));
      kept += value != 0.0;
    }
    CHECK(kept <= 3.0);
  });
}

TEST_CASE("what is not finite stays so through silu, dropped or not", "[kernels][silu]") {
  on_every_device([](Device& device) {
    for (const float rate : {0.0F, 0.5F}) {
      for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
        const DeviceMatrix x(device, 2, 40, Values(80, bad)), y(device, 2, 40);
        SiluTask task = task_for(x, y, rate);
        task.differentiates = true;
        device.backend->run(*device.queue, task);
        const Values values = y.get(), derivatives = x.get();
        for (std::size_t k = 0; k < 80; ++k) {
          INFO(bad << ", number " << k);
          REQUIRE_FALSE(std::isfinite(values[k]));
          REQUIRE_FALSE(std::isfinite(derivatives[k]));
        }
      }
    }
  });
}

TEST_CASE("multiply multiplies, and what is not finite stays so", "[kernels][silu]") {
  on_every_device([](Device& device) {
    for (const std::int64_t cols : {1, 31, 33, 1025}) {
      Values factor = random_values(3 * cols, 72), out = random_values(3 * cols, 73);
      const DeviceMatrix by(device, 3, cols, factor), in(device, 3, cols, out);
      device.backend->run(*device.queue, MultiplyTask{by.view(), in.view()});
      for (std::size_t k = 0; k < out.size(); ++k) out[k] *= factor[k];
      require_close("product", in.get(), out, {0.0, 1e-7});
    }
    const DeviceMatrix by(device, 1, 3, {0.0, std::nan(""), 0.0});
    const DeviceMatrix in(device, 1, 3, {std::nan(""), 0.0, 5.0});
    device.backend->run(*device.queue, MultiplyTask{by.view(), in.view()});
    CHECK(std::isnan(in.get()[0]));
    CHECK(std::isnan(in.get()[1]));
    CHECK(in.get()[2] == 0.0);
  });
}

// The CPU does both in a product's slices, of which some shapes here have one and others several.
TEST_CASE("a product with silu behind it, and the way back, are the two by themselves, bit for bit",
          "[kernels][silu]") {
  on_every_device([](Device& device) {
    for (const auto& [rows, inputs, outputs] :
         {std::tuple<std::int64_t, std::int64_t, std::int64_t>{300, 40, 256},
          {256, 128, 256},
          {7, 3, 21},
          {130, 20, 300}}) {
      for (const float rate : {0.0F, 0.2F}) {
        INFO(rows << " x " << inputs << " to " << outputs << ", rate " << rate);
        const DeviceState state = at_step(device);
        const DeviceMatrix x(device, rows, inputs, random_values(rows * inputs, 1));
        const DeviceMatrix w(device, inputs, outputs, random_values(inputs * outputs, 2));
        const DeviceMatrix bias(device, 1, outputs, random_values(outputs, 3));
        const DeviceMatrix dy(device, rows, inputs, random_values(rows * inputs, 4));
        Values results[2][3];
        for (const bool at_once : {false, true}) {
          const DeviceMatrix hidden(device, rows, outputs), y(device, rows, outputs);
          const DeviceMatrix back(device, rows, outputs);
          SiluTask silu = task_for(hidden, y, rate, 3, state.get());
          silu.differentiates = true;
          const MultiplyTask factors{hidden.view(), back.view()};
          // w^T [outputs, inputs] takes dy to the numbers that y has.
          const DeviceMatrix back_w(device, outputs, inputs, random_values(inputs * outputs, 5));
          Backend& backend = *device.backend;
          if (at_once) {
            backend.dense_silu(*device.queue, x.ref(), w.ref(), bias.vector(), silu, {});
            backend.dense_backward_silu(*device.queue, dy.ref(), back_w.ref(), factors, {});
          } else {
            backend.dense_forward(*device.queue, x.ref(), w.ref(), bias.vector(), hidden.ref(), {});
            backend.run(*device.queue, silu);
            backend.dense_backward_input(*device.queue, dy.ref(), back_w.ref(), {}, back.ref(), {});
            backend.run(*device.queue, factors);
          }
          results[at_once][0] = y.get();
          results[at_once][1] = hidden.get();
          results[at_once][2] = back.get();
        }
        for (int part = 0; part < 3; ++part) REQUIRE(results[0][part] == results[1][part]);
      }
    }
  });
}

TEST_CASE("silu does not write beside its rows", "[kernels][silu]") {
  on_every_device([](Device& device) {
    for (const float rate : {0.0F, 0.5F}) {
      const Values numbers = numbers_for(4 * 21);
      const DeviceMatrix x(device, 4, 21, numbers), y(device, 4, 21), wide(device, 4, 40);
      SiluTask task = task_for(x, y, rate);
      device.backend->run(*device.queue, task);
      task.y = wide.ref().block(0, 4, 5, 21).as<float>();
      device.backend->run(*device.queue, task);
      Values whole(4 * 40, 0.0);
      const Values want = y.get();
      for (std::int64_t i = 0; i < 4; ++i) {
        for (std::int64_t j = 0; j < 21; ++j) {
          whole[reference::at(i, j + 5, 40)] = want[reference::at(i, j, 21)];
        }
      }
      REQUIRE(wide.get() == whole);
    }
  });
}

TEST_CASE("silu does not depend on the number of threads", "[kernels][silu]") {
  require_same_for_any_threads([](Device& device) {
    const DeviceMatrix x(device, 300, 257, numbers_for(300 * 257)), y(device, 300, 257);
    SiluTask task = task_for(x, y, 0.1F, 3);
    task.differentiates = true;
    device.backend->run(*device.queue, task);
    device.backend->run(*device.queue, MultiplyTask{x.view(), y.view()});
    Values all = x.get();
    const Values values = y.get();
    all.insert(all.end(), values.begin(), values.end());
    return all;
  });
}

TEST_CASE("silu refuses operands that do not fit", "[kernels][silu]") {
  on_every_device([](Device& device) {
    const DeviceMatrix x(device, 4, 6), other(device, 4, 5);
    const auto refused = [&](auto task, const char* text) {
      CHECK_THROWS_WITH(device.backend->run(*device.queue, task), ContainsSubstring(text));
    };
    refused(task_for(x, other, 0.0F), "y [4, 5]");
    refused(task_for(x, x, 1.0F), "a rate of 1");
    refused(task_for(x, x, -0.5F), "a rate of -0.5");
    refused(task_for(x, x, std::nanf("")), "a rate of nan");
    refused(MultiplyTask{other.view(), x.view()}, "factor [4, 5]");
  });
}

// python tests/golden/residual_blocks.py
TEST_CASE("silu gives PyTorch's numbers", "[kernels][silu][golden]") {
  on_every_device([](Device& device) {
    const DeviceMatrix x(device, 1, 8, {-8, -3, -1.25, -0.5, 0, 0.5, 3, 8}), y(device, 1, 8);
    SiluTask task = task_for(x, y, 0.0F);
    task.differentiates = true;
    device.backend->run(*device.queue, task);
    require_close("y", y.get(),
                  Values{-0.002682801, -0.142277620, -0.278375174, -0.188770334, 0.0, 0.311229666,
                         2.857722380, 7.997317199},
                  {1e-8, 1e-6});
    require_close("derivative", x.get(),
                  Values{-0.002346551, -0.088104106, 0.006319155, 0.260038813, 0.5, 0.739961187,
                         1.088104106, 1.002346551},
                  {5e-7, 1e-6});
  });
}
