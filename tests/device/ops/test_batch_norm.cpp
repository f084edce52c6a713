// Batch normalisation and the sums of channels against plain loops in double, on every backend.
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/conv_reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

constexpr double epsilon = 1e-5F;
constexpr double momentum = 0.1F;
constexpr float slope = 0.2F;

struct Case {
  std::int64_t n, positions, channels;
};
// Few and many numbers a channel, channels around vector widths; the last has several bands.
const std::vector<Case> cases{{1, 1, 1},   {1, 2, 33},  {3, 49, 31},  {5, 196, 1},
                              {33, 49, 3}, {2, 16, 64}, {7, 94, 257}, {21, 64, 5}};
const std::vector<Case> with_a_large_one = [] {
  auto all = cases;
  all.push_back({70, 50, 17});
  return all;
}();

template <class Body>
void for_each_case(Body body) {
  on_every_device([&](Device& device) {
    for (const ElementType type : float_types) {
      for (const Case& c : with_a_large_one) {
        INFO((type == ElementType::bf16 ? "bf16, " : "f32, ")
             << c.n << " x " << c.positions << " positions, " << c.channels << " channels");
        body(device, type, c);
      }
    }
  });
}

/// Numbers of a batch whose channels have means of some units and deviations of 1/4 to 1.
std::vector<double> activities(const Case& c, std::uint64_t seed, ElementType type) {
  auto values = random_values(c.n * c.positions * c.channels, seed, type);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto channel = static_cast<double>(i % static_cast<std::size_t>(c.channels));
    const float moved = static_cast<float>(values[i] * (1.0 + std::fmod(channel, 4.0)) / 4.0 +
                                           std::fmod(channel, 7.0) - 3.0);
    values[i] = type == ElementType::bf16 ? math::to_float(math::to_bfloat16(moved)) : moved;
  }
  return values;
}

struct Reference {
  std::vector<double> mean, variance, inverse, normalised;

  Reference(const std::vector<double>& x, std::int64_t channel_count) {
    const auto channels = static_cast<std::size_t>(channel_count);
    const double count = static_cast<double>(x.size() / channels);
    mean.assign(channels, 0.0), variance.assign(channels, 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) mean[i % channels] += x[i] / count;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double distance = x[i] - mean[i % channels];
      variance[i % channels] += distance * distance / count;
    }
    for (const double value : variance) inverse.push_back(1.0 / std::sqrt(value + epsilon));
    for (std::size_t i = 0; i < x.size(); ++i) {
      normalised.push_back((x[i] - mean[i % channels]) * inverse[i % channels]);
    }
  }
};

// The error of one number: a difference of floats of some units, over a deviation of 0.1 or more.
Tolerance normalised_tolerance(ElementType type) {
  return {1e-5, type == ElementType::bf16 ? 1.0 / 256.0 : 2e-5};
}

std::vector<double> activated(const std::vector<double>& x, const std::vector<double>& gamma,
                              const std::vector<double>& beta, Activation activation) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % gamma.size();
    y.push_back(reference::activate(activation, x[i] * gamma[c] + beta[c], slope));
  }
  return y;
}

}  // namespace

TEST_CASE("channel_sums adds rows and positions", "[kernels][batch_norm]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto dy = random_values(c.n * c.positions * c.channels, 1, type);
    const TightMatrix on_device(device, c.n, c.positions * c.channels, dy, type);
    DeviceMatrix sums(device, 1, c.channels,
                      std::vector<double>(static_cast<std::size_t>(c.channels), 7.0));
    auto want = reference::column_sums(dy, c.n * c.positions, c.channels);
    const double rounding = 0x1p-24 * static_cast<double>(c.n * c.positions + 8);
    device.backend->run(*device.queue, ChannelSumsTask{on_device.ref(), sums.vector(), false});
    require_close("sums", sums.get(), want, {rounding, 2e-6});
    device.backend->run(*device.queue, ChannelSumsTask{on_device.ref(), sums.vector(), true});
    for (double& value : want) value *= 2.0;
    require_close("sums twice", sums.get(), want, {2 * rounding, 2e-6});
    const TightMatrix none(device, 0, c.positions * c.channels, type);
    device.backend->run(*device.queue, ChannelSumsTask{none.ref(), sums.vector(), true});
    require_close("with none added", sums.get(), want, {2 * rounding, 2e-6});
    device.backend->run(*device.queue, ChannelSumsTask{none.ref(), sums.vector(), false});
    require_close("of none", sums.get(), std::vector<double>(want.size(), 0.0), {});
  });
}

TEST_CASE("batch_norm normalises each channel and moves the running statistics",
          "[kernels][batch_norm]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto x = activities(c, 1, type);
    const auto gamma = random_values(c.channels, 2), beta = random_values(c.channels, 3);
    const Reference want(x, c.channels);
    const TightMatrix dx(device, c.n, c.positions * c.channels, x, type);
    DeviceMatrix dgamma(device, 1, c.channels, gamma), dbeta(device, 1, c.channels, beta);
    for (const Activation activation :
         {Activation::identity, Activation::leaky_relu, Activation::tanh, Activation::sigmoid}) {
      TightMatrix y(device, c.n, c.positions * c.channels, type);
      DeviceMatrix mean(device, 1, c.channels), inverse(device, 1, c.channels);
      DeviceMatrix running_mean(device, 1, c.channels, gamma);
      DeviceMatrix running_variance(device, 1, c.channels, std::vector<double>(gamma.size(), 2.0));
      device.backend->run(
          *device.queue,
          BatchNormTask{dx.ref(), dgamma.vector(), dbeta.vector(), mean.vector(), inverse.vector(),
                        running_mean.vector(), running_variance.vector(), y.ref(), 0.1F, 1e-5F,
                        activation, slope});
      require_close("y", y.get(), activated(want.normalised, gamma, beta, activation),
                    normalised_tolerance(type));
      require_close("mean", mean.get(), want.mean, {1e-6, 1e-6});
      require_close("inverse deviation", inverse.get(), want.inverse, {0.0, 1e-5});
      auto moved_mean = gamma;
      std::vector<double> moved_variance;
      const auto count = static_cast<double>(c.n * c.positions);
      for (std::size_t i = 0; i < gamma.size(); ++i) {
        moved_mean[i] += momentum * (want.mean[i] - gamma[i]);
        const double unbiased = want.variance[i] * count / std::fmax(1.0, count - 1.0);
        moved_variance.push_back(2.0 + momentum * (unbiased - 2.0));
      }
      require_close("running mean", running_mean.get(), moved_mean, {1e-6, 1e-6});
      require_close("running variance", running_variance.get(), moved_variance, {1e-6, 2e-6});
    }
  });
}

TEST_CASE("batch_norm in inference takes the running statistics and moves nothing",
          "[kernels][batch_norm]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto x = activities(c, 1, type);
    const auto gamma = random_values(c.channels, 2), beta = random_values(c.channels, 3);
    const auto means = random_values(c.channels, 4);
    std::vector<double> variances = random_values(c.channels, 5), normalised;
    for (double& value : variances) value = static_cast<float>(value + 1.5);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t channel = i % gamma.size();
      normalised.push_back((x[i] - means[channel]) / std::sqrt(variances[channel] + epsilon));
    }
    const TightMatrix dx(device, c.n, c.positions * c.channels, x, type);
    DeviceMatrix dgamma(device, 1, c.channels, gamma), dbeta(device, 1, c.channels, beta),
        mean(device, 1, c.channels, means), variance(device, 1, c.channels, variances);
    for (const Activation activation : {Activation::identity, Activation::leaky_relu}) {
      TightMatrix y(device, c.n, c.positions * c.channels, type);
      BatchNormTask task;
      task.x = dx.ref(), task.y = y.ref();
      task.gamma = dgamma.vector(), task.beta = dbeta.vector();
      task.running_mean = mean.vector(), task.running_variance = variance.vector();
      task.activation = activation;
      task.slope = slope;
      task.inference = true;
      device.backend->run(*device.queue, task);
      require_close("y", y.get(), activated(normalised, gamma, beta, activation),
                    normalised_tolerance(type));
      require_close("mean", mean.get(), means, {});
      require_close("variance", variance.get(), variances, {});
    }
  });
}

TEST_CASE("batch_norm_backward gives dx, dgamma and dbeta", "[kernels][batch_norm]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const auto x = activities(c, 1, type);
    const auto gamma = random_values(c.channels, 2);
    const auto dy = random_values(static_cast<std::int64_t>(x.size()), 4, type);
    const Reference forward(x, c.channels);
    std::vector<double> dgamma(gamma.size(), 0.0), dbeta(gamma.size(), 0.0), dx;
    for (std::size_t i = 0; i < x.size(); ++i) {
      dbeta[i % gamma.size()] += dy[i];
      dgamma[i % gamma.size()] += dy[i] * forward.normalised[i];
    }
    const auto count = static_cast<double>(c.n * c.positions);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t channel = i % gamma.size();
      dx.push_back(gamma[channel] * forward.inverse[channel] *
                   (dy[i] - (dbeta[channel] + forward.normalised[i] * dgamma[channel]) / count));
    }
    const TightMatrix on_device(device, c.n, c.positions * c.channels, x, type);
    TightMatrix gradient(device, c.n, c.positions * c.channels, dy, type);
    DeviceMatrix d_gamma(device, 1, c.channels, gamma), mean(device, 1, c.channels, forward.mean),
        inverse(device, 1, c.channels, forward.inverse), out_gamma(device, 1, c.channels),
        out_beta(device, 1, c.channels);
    device.backend->run(
        *device.queue,
        BatchNormBackwardTask{on_device.ref(), d_gamma.vector(), mean.vector(), inverse.vector(),
                              gradient.ref(), out_gamma.vector(), out_beta.vector()});
    // xhat is off by up to 1e-6 of its size for means of some units; at one or two numbers a
    // channel the terms of dx cancel, times up to 316.
    const double spread = c.n * c.positions <= 2 ? 1e-4 : 2e-5;
    const double rounding = 2e-6 * std::sqrt(count) + 1e-6;
    require_close("dbeta", out_beta.get(), dbeta, {rounding, 2e-6});
    require_close("dgamma", out_gamma.get(), dgamma, {5 * rounding, 2e-6});
    require_close("dx", gradient.get(), dx,
                  {spread, type == ElementType::bf16 ? 1.0 / 256.0 : 2e-5});
  });
}

// The loss is the sum of weights * tanh-free output: sum over i of weights[i] * y[i], y =
// batch_norm of x without activation, by steps of 1/64 in x. Third derivatives leave some (1/64)^2.
TEST_CASE("the gradient of batch_norm is its difference", "[kernels][batch_norm]") {
  for (const std::string& name : usable_devices()) {
    INFO(name);
    Device device = open_device(name);
    const Case c{3, 4, 2};
    auto x = random_values(c.n * c.positions * c.channels, 1);
    const auto weights = random_values(c.n * c.positions * c.channels, 2);
    DeviceMatrix gamma(device, 1, c.channels, {0.5, -1.25}), beta(device, 1, c.channels),
        mean(device, 1, c.channels), inverse(device, 1, c.channels),
        running_mean(device, 1, c.channels), running_variance(device, 1, c.channels),
        dgamma(device, 1, c.channels), dbeta(device, 1, c.channels);
    TightMatrix on_device(device, c.n, c.positions * c.channels, x);
    TightMatrix y(device, c.n, c.positions * c.channels),
        dy(device, c.n, c.positions * c.channels, weights);
    const auto loss = [&] {
      on_device.set(x);
      device.backend->run(*device.queue,
                          BatchNormTask{on_device.ref(), gamma.vector(), beta.vector(),
                                        mean.vector(), inverse.vector(), running_mean.vector(),
                                        running_variance.vector(), y.ref()});
      double sum = 0.0;
      const auto values = y.get();
      for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
      return sum;
    };
    constexpr double step = 0x1p-6;
    std::vector<double> want;
    for (double& value : x) {
      const double before = value;
      value = before + step;
      const double above = loss();
      value = before - step;
      want.push_back((above - loss()) / (2.0 * step));
      value = before;
    }
    loss();
    device.backend->run(
        *device.queue,
        BatchNormBackwardTask{on_device.ref(), gamma.vector(), mean.vector(), inverse.vector(),
                              dy.ref(), dgamma.vector(), dbeta.vector()});
    require_close("dx", dy.get(), want, {3e-3, 0.0});
  }
}

TEST_CASE("normalisation of no rows is harmless", "[kernels][batch_norm]") {
  for (const std::string& name : usable_devices()) {
    INFO(name);
    Device device = open_device(name);
    DeviceMatrix vector(device, 1, 3, {1.0, 2.0, 3.0}), sums(device, 1, 3, {4.0, 5.0, 6.0});
    const TightMatrix none(device, 0, 12);
    const auto v = vector.vector();
    device.backend->run(*device.queue, BatchNormTask{none.ref(), v, v, v, v, v, v, none.ref()});
    device.backend->run(*device.queue, BatchNormTask{none.ref(), v, v, v, v, v, v, none.ref(), 0.1F,
                                                     1e-5F, Activation::identity, 0.2F, true});
    require_close("untouched", vector.get(), std::vector<double>{1.0, 2.0, 3.0}, {});
    device.backend->run(*device.queue, BatchNormBackwardTask{none.ref(), v, v, v, none.ref(),
                                                             sums.vector(), sums.vector()});
    require_close("no gradient", sums.get(), std::vector<double>{0.0, 0.0, 0.0}, {});
  }
}

TEST_CASE("batch_norm results do not depend on the number of threads", "[kernels][batch_norm]") {
  const Case c{128, 196, 33};
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 2, 5}) {
      Device device = open_device("cpu", threads);
      const auto values = random_values(c.channels, 2);
      DeviceMatrix gamma(device, 1, c.channels, values), beta(device, 1, c.channels, values),
          mean(device, 1, c.channels), inverse(device, 1, c.channels),
          running_mean(device, 1, c.channels), running_variance(device, 1, c.channels);
      const TightMatrix x(device, c.n, c.positions * c.channels, activities(c, 1, type), type);
      TightMatrix y(device, c.n, c.positions * c.channels, type);
      device.backend->run(
          *device.queue,
          BatchNormTask{x.ref(), gamma.vector(), beta.vector(), mean.vector(), inverse.vector(),
                        running_mean.vector(), running_variance.vector(), y.ref(), 0.1F, 1e-5F,
                        Activation::leaky_relu, slope});
      device.backend->run(
          *device.queue,
          BatchNormBackwardTask{x.ref(), gamma.vector(), mean.vector(), inverse.vector(), y.ref(),
                                running_mean.vector(), running_variance.vector()});
      auto all = y.get();
      for (const auto& more : {mean.get(), inverse.get(), running_mean.get()}) {
        all.insert(all.end(), more.begin(), more.end());
      }
      results.push_back(all);
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
  }
}

TEST_CASE("a normalisation that does not fit is refused before any work", "[kernels][batch_norm]") {
  Device device = open_device("cpu");
  DeviceMatrix three(device, 1, 3), four(device, 1, 4);
  const TightMatrix x(device, 2, 8);
  const auto v = three.vector();
  CHECK_THROWS_WITH(
      device.backend->run(*device.queue, BatchNormTask{x.ref(), v, v, v, v, v, v, x.ref()}),
      ContainsSubstring("batch_norm") && ContainsSubstring("x of 8 columns"));
  CHECK_THROWS_WITH(device.backend->run(*device.queue, BatchNormTask{x.ref(), four.vector(), v, v,
                                                                     v, v, v, x.ref()}),
                    ContainsSubstring("a vector of 3"));
  CHECK_THROWS_WITH(device.backend->run(*device.queue, ChannelSumsTask{x.ref(), v, false}),
                    ContainsSubstring("channel_sums"));
}
