// Layer normalisation and its gradients, against plain loops in double on every backend.
#include <algorithm>
#include <cmath>

#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using reference::at;
using reference::Values;

namespace {

struct Shape {
  std::int64_t rows, width;
};
// Around vector widths, warps and bands of rows.
constexpr Shape shapes[] = {{1, 1},    {2, 3},     {5, 31},   {3, 32},    {7, 33},
                            {64, 128}, {130, 200}, {300, 17}, {40, 2000}, {2, 1025}};

// Sums of a row and products of numbers of order 1 in f32, divided by deviations of down to 0.1;
// sums over up to 300 rows.
constexpr Tolerance tolerance{4e-6, 4e-6};
constexpr Tolerance sum_tolerance{2e-5, 4e-6};

struct Forward {
  Values y, statistics;
};

Forward forward_of(const Shape& shape, const Values& x, const Values& gamma, const Values& beta) {
  Forward out;
  const auto width = static_cast<double>(shape.width);
  for (std::int64_t i = 0; i < shape.rows; ++i) {
    double mean = 0.0, variance = 0.0;
    for (std::int64_t j = 0; j < shape.width; ++j) mean += x[at(i, j, shape.width)] / width;
    for (std::int64_t j = 0; j < shape.width; ++j) {
      variance += std::pow(x[at(i, j, shape.width)] - mean, 2) / width;
    }
    const double inverse = 1.0 / std::sqrt(variance + 1e-5);
    for (std::int64_t j = 0; j < shape.width; ++j) {
      const auto column = static_cast<std::size_t>(j);
      out.y.push_back(gamma[column] * (x[at(i, j, shape.width)] - mean) * inverse + beta[column]);
    }
    out.statistics.push_back(mean);
    out.statistics.push_back(inverse);
  }
  return out;
}

struct Gradients {
  Values dx, dgamma, dbeta;
};

/// The gradients of the sum of dy * y, without a residual.
Gradients gradients_of(const Shape& shape, const Values& x, const Values& gamma, const Values& dy) {
  const auto width = static_cast<std::size_t>(shape.width);
  const Forward forward = forward_of(shape, x, gamma, Values(width, 0.0));
  Gradients out{{}, Values(width, 0.0), Values(width, 0.0)};
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape.rows); ++i) {
    const double mean = forward.statistics[2 * i], inverse = forward.statistics[2 * i + 1];
    double share = 0.0, standard_share = 0.0;
    for (std::size_t j = 0; j < width; ++j) {
      const double standard = (x[i * width + j] - mean) * inverse;
      const double g = dy[i * width + j];
      out.dgamma[j] += g * standard;
      out.dbeta[j] += g;
      share += gamma[j] * g / static_cast<double>(width);
      standard_share += gamma[j] * g * standard / static_cast<double>(width);
    }
    for (std::size_t j = 0; j < width; ++j) {
      const double standard = (x[i * width + j] - mean) * inverse;
      out.dx.push_back(inverse *
                       (gamma[j] * dy[i * width + j] - share - standard * standard_share));
    }
  }
  return out;
}

/// A layer with numbers of its own, forwards and back.
struct Layer {
  Shape shape;
  Values x_values, gamma_values, beta_values, dy_values, residual_values;
  DeviceMatrix x, gamma, beta, y, statistics, dy, residual, dx, dgamma, dbeta;

  Layer(Device& device, const Shape& of, const Values& numbers, const Values& gradients)
      : shape(of),
        x_values(numbers),
        gamma_values(random_values(of.width, 62)),
        beta_values(random_values(of.width, 63)),
        dy_values(gradients),
        residual_values(random_values(of.rows * of.width, 65)),
        x(device, of.rows, of.width, x_values),
        gamma(device, 1, of.width, gamma_values),
        beta(device, 1, of.width, beta_values),
        y(device, of.rows, of.width),
        statistics(device, of.rows, 2),
        dy(device, of.rows, of.width, dy_values),
        residual(device, of.rows, of.width, residual_values),
        dx(device, of.rows, of.width),
        dgamma(device, 1, of.width),
        dbeta(device, 1, of.width) {}
  Layer(Device& device, const Shape& of)
      : Layer(device, of, random_values(of.rows * of.width, 61),
              random_values(of.rows * of.width, 64)) {}

  LayerNormTask task() const {
    return {x.view(), gamma.vector(), beta.vector(), y.view(), statistics.view()};
  }
  LayerNormBackwardTask backward() const {
    return {x.view(),        gamma.vector(), statistics.view(), dy.view(),
            residual.view(), dx.view(),      dgamma.vector(),   dbeta.vector()};
  }
};

void run_both(Device& device, const Layer& layer) {
  device.backend->run(*device.queue, layer.task());
  device.backend->run(*device.queue, layer.backward());
}

}  // namespace

TEST_CASE("layer_norm standardises rows", "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      INFO(shape.rows << " x " << shape.width);
      const Layer layer(device, shape);
      device.backend->run(*device.queue, layer.task());
      const Forward want = forward_of(shape, layer.x_values, layer.gamma_values, layer.beta_values);
      require_close("y", layer.y.get(), want.y, tolerance);
      require_close("statistics", layer.statistics.get(), want.statistics, tolerance);
      // Without statistics, and in place, it is the same.
      LayerNormTask task = layer.task();
      task.statistics = {};
      task.y = layer.x.view();
      device.backend->run(*device.queue, task);
      REQUIRE(layer.x.get() == layer.y.get());
    }
  });
}

TEST_CASE("layer_norm_backward is the gradient, with the residual added", "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      INFO(shape.rows << " x " << shape.width);
      const Layer layer(device, shape);
      run_both(device, layer);
      Gradients want = gradients_of(shape, layer.x_values, layer.gamma_values, layer.dy_values);
      const Values alone = want.dx;
      for (std::size_t k = 0; k < want.dx.size(); ++k) want.dx[k] += layer.residual_values[k];
      require_close("dx", layer.dx.get(), want.dx, tolerance);
      require_close("dgamma", layer.dgamma.get(), want.dgamma, sum_tolerance);
      require_close("dbeta", layer.dbeta.get(), want.dbeta, sum_tolerance);

      // In place of dy, and of the residual, it is the same.
      const Values dx = layer.dx.get(), dgamma = layer.dgamma.get(), dbeta = layer.dbeta.get();
      LayerNormBackwardTask task = layer.backward();
      task.dx = layer.residual.view();
      device.backend->run(*device.queue, task);
      REQUIRE(layer.residual.get() == dx);
      task.residual = {};
      task.dx = layer.dy.view();
      device.backend->run(*device.queue, task);
      require_close("dx without a residual", layer.dy.get(), alone, tolerance);
      REQUIRE(layer.dgamma.get() == dgamma);
      REQUIRE(layer.dbeta.get() == dbeta);
    }
  });
}

TEST_CASE("layer_norm_backward leaves the parameters alone when told so", "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    const Layer layer(device, {70, 33});
    run_both(device, layer);
    const Values dx = layer.dx.get(), dgamma = layer.dgamma.get();
    const DeviceMatrix again(device, 70, 33);
    LayerNormBackwardTask task = layer.backward();
    task.dgamma = task.dbeta = {};
    task.dx = again.view();
    device.backend->run(*device.queue, task);
    REQUIRE(again.get() == dx);
    REQUIRE(layer.dgamma.get() == dgamma);
  });
}

TEST_CASE("layer_norm_backward agrees with central differences", "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    const Shape shape{3, 9};
    const Layer layer(device, shape);
    LayerNormBackwardTask task = layer.backward();
    task.residual = {};
    device.backend->run(*device.queue, layer.task());
    device.backend->run(*device.queue, task);
    const auto along = [&](const Values& x, const Values& gamma, const Values& beta) {
      const Values y = forward_of(shape, x, gamma, beta).y;
      double sum = 0.0;
      for (std::size_t k = 0; k < y.size(); ++k) sum += layer.dy_values[k] * y[k];
      return sum;
    };
    const Values &x = layer.x_values, &gamma = layer.gamma_values, &beta = layer.beta_values;
    const auto of_x = [&](const Values& moved) { return along(moved, gamma, beta); };
    const auto of_gamma = [&](const Values& moved) { return along(x, moved, beta); };
    const auto of_beta = [&](const Values& moved) { return along(x, gamma, moved); };
    const auto differences = [](const Values& from, auto of) {
      return reference::central_differences(from, 1e-6, of);
    };
    require_close("dx", layer.dx.get(), differences(x, of_x), {2e-6, 1e-5});
    require_close("dgamma", layer.dgamma.get(), differences(gamma, of_gamma), {2e-6, 1e-5});
    require_close("dbeta", layer.dbeta.get(), differences(beta, of_beta), {2e-6, 1e-5});
  });
}

// A variance from the mean of the squares would have no digit left.
TEST_CASE("layer_norm keeps its digits far from zero", "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    const Shape shape{4, 300};
    Values x = random_values(shape.rows * shape.width, 66);
    for (double& value : x) value = static_cast<float>(value + 3000.0);
    const Layer layer(device, shape, x, x);
    device.backend->run(*device.queue, layer.task());
    const Forward want = forward_of(shape, x, layer.gamma_values, layer.beta_values);
    // The mean is rounded to f32, whose unit at 3000 is 2.4e-4; a deviation is 0.58.
    require_close("y", layer.y.get(), want.y, {1e-3, 1e-5});
  });
}

TEST_CASE("layer_norm of equal numbers is beta, and finite on the way back",
          "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    const Shape shape{2, 40};
    const Layer layer(device, shape, Values(80, 0.5), random_values(80, 67));
    run_both(device, layer);
    Values want = layer.beta_values;
    want.insert(want.end(), layer.beta_values.begin(), layer.beta_values.end());
    require_close("y", layer.y.get(), want, {});
    Values dx = gradients_of(shape, layer.x_values, layer.gamma_values, layer.dy_values).dx;
    for (std::size_t k = 0; k < dx.size(); ++k) dx[k] += layer.residual_values[k];
    // The inverse deviation is 316.
    require_close("dx", layer.dx.get(), dx, {1e-4, 1e-5});
  });
}

TEST_CASE("what is not finite stays so through layer_norm, in its row and columns alone",
          "[kernels][layer_norm]") {
  const auto finite = [](const Values& values, std::size_t first, std::size_t step,
                         std::size_t count) {
    std::size_t found = 0;
    for (std::size_t k = 0; k < count; ++k) found += std::isfinite(values[first + k * step]);
    return found;
  };
  on_every_device([&](Device& device) {
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
      for (const std::size_t column : {0U, 17U, 36U}) {
        INFO(bad << " in column " << column);
        Values x = random_values(3 * 37, 61), dy = random_values(3 * 37, 64);
        x[37 + column] = bad;
        const Layer input(device, {3, 37}, x, dy);
        run_both(device, input);
        for (const DeviceMatrix* one : {&input.y, &input.dx}) {
          CHECK(finite(one->get(), 0, 1, 37) == 37);
          CHECK(finite(one->get(), 37, 1, 37) == 0);
          CHECK(finite(one->get(), 74, 1, 37) == 37);
        }
        CHECK(finite(input.dgamma.get(), 0, 1, 37) == 0);
        CHECK(finite(input.dbeta.get(), 0, 1, 37) == 37);

        dy[37 + column] = bad;
        const Layer gradient(device, {3, 37}, random_values(3 * 37, 61), dy);
        run_both(device, gradient);
        CHECK(finite(gradient.dx.get(), 0, 1, 37) == 37);
        CHECK(finite(gradient.dx.get(), 37, 1, 37) == 0);
        for (const DeviceMatrix* one : {&gradient.dgamma, &gradient.dbeta}) {
          CHECK(finite(one->get(), 0, 1, 37) == 36);
          CHECK_FALSE(std::isfinite(one->get()[column]));
        }
      }
    }
  });
}

TEST_CASE("layer_norm does not write beside its rows", "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    const Layer layer(device, {5, 19});
    const DeviceMatrix wide(device, 5, 30);
    LayerNormTask task = layer.task();
    task.y = wide.ref().block(0, 5, 6, 19).as<float>();
    device.backend->run(*device.queue, task);
    const Values want =
        forward_of(layer.shape, layer.x_values, layer.gamma_values, layer.beta_values).y;
    Values whole(5 * 30, 0.0);
    for (std::int64_t i = 0; i < 5; ++i) {
      for (std::int64_t j = 0; j < 19; ++j) whole[at(i, j + 6, 30)] = want[at(i, j, 19)];
    }
    require_close("y", wide.get(), whole, tolerance);
  });
}

TEST_CASE("layer_norm does not depend on the number of threads", "[kernels][layer_norm]") {
  require_same_for_any_threads([](Device& device) {
    const Layer layer(device, {700, 141});
    run_both(device, layer);
    Values all = layer.y.get();
    for (const DeviceMatrix* one : {&layer.statistics, &layer.dx, &layer.dgamma, &layer.dbeta}) {
      const Values values = one->get();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  });
}

TEST_CASE("layer_norm refuses operands that do not fit", "[kernels][layer_norm]") {
  on_every_device([](Device& device) {
    const Layer layer(device, {4, 6});
    const DeviceMatrix other(device, 4, 5);
    LayerNormTask task = layer.task();
    task.y = other.view();
    CHECK_THROWS_WITH(device.backend->run(*device.queue, task), ContainsSubstring("y [4, 5]"));
    task = layer.task();
    task.gamma = other.vector();
    CHECK_THROWS_WITH(device.backend->run(*device.queue, task), ContainsSubstring("gamma of 5"));
    LayerNormBackwardTask backward = layer.backward();
    backward.statistics = {};
    CHECK_THROWS_WITH(device.backend->run(*device.queue, backward),
                      ContainsSubstring("statistics [0, 0]"));
    backward = layer.backward();
    backward.dbeta = {};
    CHECK_THROWS_WITH(device.backend->run(*device.queue, backward),
                      ContainsSubstring("dgamma and dbeta of two sizes"));
  });
}

// python tests/golden/residual_blocks.py
TEST_CASE("layer_norm gives PyTorch's numbers", "[kernels][layer_norm][golden]") {
  const Shape shape{3, 5};
  Values x, dy, gamma, beta;
  for (int k = 0; k < 15; ++k) x.push_back(std::sin(1.7 * k)), dy.push_back(std::cos(0.9 * k));
  for (int j = 0; j < 5; ++j) gamma.push_back(1.0 + 0.5 * std::cos(j)), beta.push_back(0.1 * j);
  on_every_device([&](Device& device) {
    Layer layer(device, shape, x, dy);
    layer.gamma.set(gamma);
    layer.beta.set(beta);
    LayerNormBackwardTask backward = layer.backward();
    backward.residual = {};
    device.backend->run(*device.queue, layer.task());
    device.backend->run(*device.queue, backward);
    require_close("y", layer.y.get(),
                  Values{-0.139875132, 1.910694939, -0.183794886, -0.463171324, 0.846673424,
                         1.441285055, -1.487641174, -0.694369689, 0.830446684, 0.647785696,
                         -1.498973130, 0.256571592, 1.554740480, 0.390417645, -0.282392402},
                  {1e-6, 1e-6});
    require_close("dx", layer.dx.get(),
                  Values{2.014856069, 0.292931225, -0.394784430, -0.390089471, -1.522913393,
                         -0.336032114, 0.052110736, 0.100114494, 0.635149943, -0.451343060,
                         -1.338628898, -1.116165974, 0.082732685, 0.891136669, 1.480925518},
                  {2e-6, 2e-6});
    require_close("dgamma", layer.dgamma.get(),
                  Values{0.614711876, -0.016801617, -1.351527870, 2.121200098, -1.697784473},
                  {1e-6, 1e-6});
    require_close("dbeta", layer.dbeta.get(),
                  Values{-0.121926061, 0.367111692, 0.578326635, 0.351875511, -0.140867985},
                  {1e-6, 1e-6});
  });
}
