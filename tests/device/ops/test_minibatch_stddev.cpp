// Minibatch standard deviation and its gradient, against plain loops in double on every backend.
#include <cmath>

#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

struct Shape {
  std::int64_t rows, features, group;
};
// Around vector widths, warps and pieces of 256 features; groups of one, of some and of all.
constexpr Shape shapes[] = {{1, 1, 1},    {4, 31, 4},   {8, 32, 4},   {6, 33, 2},
                            {12, 257, 3}, {5, 1025, 5}, {70, 40, 35}, {3, 1, 3}};

std::size_t at(const Shape& shape, std::int64_t i, std::int64_t j) {
  return static_cast<std::size_t>(i * shape.features + j);
}

struct Moments {
  double mean = 0.0, deviation = 0.0;
};

/// The deviation of feature j over the group that starts at `row`.
Moments moments_of(const Shape& shape, const std::vector<double>& x, std::int64_t row,
                   std::int64_t j) {
  Moments moments;
  const auto group = static_cast<double>(shape.group);
  for (std::int64_t i = row; i < row + shape.group; ++i) moments.mean += x[at(shape, i, j)];
  moments.mean /= group;
  double variance = 0.0;
  for (std::int64_t i = row; i < row + shape.group; ++i) {
    variance += std::pow(x[at(shape, i, j)] - moments.mean, 2);
  }
  moments.deviation = std::sqrt(variance / group + 1e-8);
  return moments;
}

/// s for each row.
std::vector<double> statistics_of(const Shape& shape, const std::vector<double>& x) {
  std::vector<double> s(static_cast<std::size_t>(shape.rows));
  for (std::int64_t i = 0; i < shape.rows; ++i) {
    const std::int64_t row = i / shape.group * shape.group;
    double sum = 0.0;
    for (std::int64_t j = 0; j < shape.features; ++j) {
      sum += moments_of(shape, x, row, j).deviation;
    }
    s[static_cast<std::size_t>(i)] = sum / static_cast<double>(shape.features);
  }
  return s;
}

/// The gradient of sum over i of ds[i] * s[i].
std::vector<double> gradient_of(const Shape& shape, const std::vector<double>& x,
                                const std::vector<double>& ds) {
  std::vector<double> gradient(x.size());
  for (std::int64_t row = 0; row < shape.rows; row += shape.group) {
    double sum = 0.0;
    for (std::int64_t i = row; i < row + shape.group; ++i) sum += ds[static_cast<std::size_t>(i)];
    for (std::int64_t j = 0; j < shape.features; ++j) {
      const Moments moments = moments_of(shape, x, row, j);
      for (std::int64_t i = row; i < row + shape.group; ++i) {
        gradient[at(shape, i, j)] = sum * (x[at(shape, i, j)] - moments.mean) / moments.deviation /
                                    static_cast<double>(shape.group * shape.features);
      }
    }
  }
  return gradient;
}

/// delta after the operation.
std::vector<double> backward(Device& device, const Shape& shape, const std::vector<double>& x,
                             const std::vector<double>& ds, const std::vector<double>& delta,
                             ElementType type, ElementType gradient_type,
                             Activation activation = Activation::identity) {
  const DeviceMatrix in(device, shape.rows, shape.features, x, type);
  const DeviceMatrix gradient(device, shape.rows, 1, ds, gradient_type);
  const DeviceMatrix out(device, shape.rows, shape.features, delta, gradient_type);
  device.backend->run(*device.queue,
                      MinibatchStddevBackwardTask{in.ref(), gradient.ref(), out.ref(), shape.group,
                                                  activation, 0.3F});
  return out.get();
}

}  // namespace

TEST_CASE("minibatch_stddev gives each row its group's mean deviation",
          "[kernels][minibatch_stddev]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const ElementType type : float_types) {
        INFO(shape.rows << " x " << shape.features << " in " << shape.group);
        const auto x = random_values(shape.rows * shape.features, 41, type);
        const DeviceMatrix in(device, shape.rows, shape.features, x, type);
        // A column of a wider matrix, as a layer's input has it.
        const DeviceMatrix wide(device, shape.rows, 5, type);
        const MatrixRef column = wide.ref().block(0, shape.rows, 3, 1);
        device.backend->run(*device.queue, MinibatchStddevTask{in.ref(), column, shape.group});
        const auto want = statistics_of(shape, x);
        std::vector<double> whole(static_cast<std::size_t>(shape.rows * 5), 0.0);
        for (std::size_t i = 0; i < want.size(); ++i) whole[5 * i + 3] = want[i];
        // Where all are equal 1e-4 is left, of a variance that cancels to 1e-14 in f32.
        require_close("statistic", wide.get(), whole, {2e-7, 4e-6 + rounding_of(type)});
      }
    }
  });
}

TEST_CASE("minibatch_stddev_backward adds the masked gradient", "[kernels][minibatch_stddev]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const ElementType type : float_types) {
        for (const ElementType gradient_type : float_types) {
          for (const Activation activation : {Activation::identity, Activation::leaky_relu,
                                              Activation::tanh, Activation::sigmoid}) {
            const std::int64_t numbers = shape.rows * shape.features;
            const auto x = random_values(numbers, 42, type);
            const auto ds = random_values(shape.rows, 43, gradient_type);
            const auto delta = random_values(numbers, 44, gradient_type);
            auto want = gradient_of(shape, x, ds);
            for (std::size_t i = 0; i < want.size(); ++i) {
              want[i] *= reference::derivative_from_output(activation, x[i], 0.3F);
              want[i] += delta[i];
            }
            // A mean, a difference, a quotient and two products in f32.
            require_close("delta",
                          backward(device, shape, x, ds, delta, type, gradient_type, activation),
                          want, {1e-6, 1e-6 + rounding_of(gradient_type)});
          }
        }
      }
    }
  });
}

TEST_CASE("minibatch_stddev_backward agrees with central differences",
          "[kernels][minibatch_stddev]") {
  on_every_device([](Device& device) {
    const Shape shape{8, 9, 4};
    const auto x = random_values(72, 45);
    const auto ds = random_values(8, 46);
    const auto want =
        reference::central_differences(x, 1e-6, [&](const std::vector<double>& moved) {
          const auto s = statistics_of(shape, moved);
          double sum = 0.0;
          for (std::size_t i = 0; i < s.size(); ++i) sum += ds[i] * s[i];
          return sum;
        });
    const std::vector<double> none(72, 0.0);
    require_close("delta", backward(device, shape, x, ds, none, ElementType::f32, ElementType::f32),
                  want, {1e-7, 1e-5});
  });
}

TEST_CASE("a group without variance has a finite gradient", "[kernels][minibatch_stddev]") {
  on_every_device([](Device& device) {
    const Shape shape{8, 33, 4};
    const std::vector<double> x(8 * 33, 0.7F);
    const DeviceMatrix in(device, 8, 33, x);
    const DeviceMatrix s(device, 8, 1);
    device.backend->run(*device.queue, MinibatchStddevTask{in.ref(), s.ref(), 4});
    require_close("statistic", s.get(), std::vector<double>(8, 1e-4), {0.0, 1e-5});
    const std::vector<double> none(x.size(), 0.0);
    require_close("delta",
                  backward(device, shape, x, std::vector<double>(8, 1.0), none, ElementType::f32,
                           ElementType::f32),
                  none, {1e-5, 0.0});
  });
}

TEST_CASE("minibatch_stddev does not depend on the number of threads",
          "[kernels][minibatch_stddev]") {
  const Shape shape{60, 3000, 20};
  require_same_for_any_threads([&](Device& device) {
    const auto x = random_values(shape.rows * shape.features, 47);
    const DeviceMatrix in(device, shape.rows, shape.features, x);
    const DeviceMatrix s(device, shape.rows, 1);
    device.backend->run(*device.queue, MinibatchStddevTask{in.ref(), s.ref(), shape.group});
    auto all = backward(device, shape, x, random_values(shape.rows, 48), x, ElementType::f32,
                        ElementType::f32);
    const auto statistics = s.get();
    all.insert(all.end(), statistics.begin(), statistics.end());
    return all;
  });
}

TEST_CASE("minibatch_stddev refuses operands that do not fit", "[kernels][minibatch_stddev]") {
  on_every_device([](Device& device) {
    Backend& backend = *device.backend;
    Queue& queue = *device.queue;
    const DeviceMatrix x(device, 6, 5), s(device, 6, 1), half(device, 6, 1, ElementType::bf16);
    CHECK_THROWS_WITH(backend.run(queue, MinibatchStddevTask{x.ref(), s.ref(), 4}),
                      ContainsSubstring("6 rows in groups of 4"));
    CHECK_THROWS_WITH(backend.run(queue, MinibatchStddevTask{x.ref(), s.ref(), 0}),
                      ContainsSubstring("groups of 0"));
    CHECK_THROWS_WITH(backend.run(queue, MinibatchStddevTask{x.ref(), half.ref(), 3}),
                      ContainsSubstring("x and statistic of two types"));
    CHECK_THROWS_WITH(backend.run(queue, MinibatchStddevTask{x.ref(), x.ref(), 3}),
                      ContainsSubstring("statistic [6, 5]"));
    CHECK_THROWS_WITH(backend.run(queue, MinibatchStddevBackwardTask{x.ref(), s.ref(), s.ref(), 3}),
                      ContainsSubstring("delta [6, 1]"));
  });
}
