// What an autoencoder needs beside layers: sampling of the posterior, its KL and the negative
// log-likelihood, against plain loops in double on every backend.
#include <cmath>

#include "kernels/math/gaussian.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Shape {
  std::int64_t rows, cols;
};
// Around vector widths, pieces of 256 and parts of 2,048 numbers.
constexpr Shape shapes[] = {{1, 1}, {3, 31}, {5, 32}, {2, 33}, {7, 257}, {3, 1025}, {65, 40}};

/// The posterior's logarithms of variances: mean | log_variance of each row.
std::vector<double> statistics_of(const Shape& shape, ElementType type) {
  return random_values(shape.rows * 2 * shape.cols, 11, type);
}

/// Mean over rows of the KL, and weight * KL + sum dz * z, for z = mean + exp(lv / 2) * noise.
struct Posterior {
  Shape shape;
  std::vector<double> noise, dz;
  double weight;

  std::size_t at(std::int64_t i, std::int64_t j) const {
    return static_cast<std::size_t>(i * shape.cols + j);
  }
  double kl(const std::vector<double>& statistics) const {
    double sum = 0.0;
    for (std::int64_t i = 0; i < shape.rows; ++i) {
      for (std::int64_t j = 0; j < shape.cols; ++j) {
        const double mean = statistics[at(2 * i, j)];
        const double log_variance = statistics[at(2 * i + 1, j)];
        sum += 0.5 * (mean * mean + std::expm1(log_variance) - log_variance);
      }
    }
    return sum / static_cast<double>(shape.rows);
  }
  std::vector<double> z(const std::vector<double>& statistics) const {
    std::vector<double> values;
    for (std::int64_t i = 0; i < shape.rows; ++i) {
      for (std::int64_t j = 0; j < shape.cols; ++j) {
        values.push_back(statistics[at(2 * i, j)] +
                         std::exp(0.5 * statistics[at(2 * i + 1, j)]) * noise[at(i, j)]);
      }
    }
    return values;
  }
  double objective(const std::vector<double>& statistics) const {
    double sum = weight * kl(statistics);
    const auto values = z(statistics);
    for (std::size_t i = 0; i < values.size(); ++i) sum += dz[i] * values[i];
    return sum;
  }
};

struct LatentResult {
  std::vector<double> dstatistics;
  double kl = 0.0;
};

/// `ramp` below 0: none.
LatentResult latent_loss(Device& device, const Posterior& p, const std::vector<double>& statistics,
                         ElementType statistics_type, ElementType gradient_type, float beta,
                         double ramp) {
  const auto [rows, cols] = p.shape;
  const DeviceMatrix in(device, rows, 2 * cols, statistics, statistics_type);
  const DeviceMatrix noise(device, rows, cols, p.noise);
  const DeviceMatrix dz(device, rows, cols, p.dz, gradient_type);
  const DeviceMatrix out(device, rows, 2 * cols, gradient_type);
  const DeviceMatrix kl(device, 1, 1);
  const DeviceMatrix share(device, 1, 1, {ramp});
  device.backend->run(*device.queue,
                      LatentLossTask{in.ref(), noise.ref(), dz.ref(), out.ref(), beta,
                                     ramp < 0.0 ? nullptr : share.view().data, kl.view().data});
  return {out.get(), kl.get()[0]};
}

Posterior posterior_of(const Shape& shape, ElementType gradient_type, double weight) {
  return {shape, random_values(shape.rows * shape.cols, 12),
          random_values(shape.rows * shape.cols, 13, gradient_type), weight};
}

}  // namespace

TEST_CASE("reparameterise draws the stream's noise and moves it to the posterior",
          "[kernels][autoencoder]") {
  on_every_device([](Device& device) {
    StepState start;
    start.step = 7;
    const DeviceState state(device, start);
    for (const Shape& shape : shapes) {
      for (const ElementType type : float_types) {
        for (const ElementType z_type : float_types) {
          const auto statistics = statistics_of(shape, type);
          const DeviceMatrix in(device, shape.rows, 2 * shape.cols, statistics, type);
          const DeviceMatrix noise(device, shape.rows, shape.cols);
          const DeviceMatrix z(device, shape.rows, shape.cols, z_type);
          device.backend->run(*device.queue, ReparameteriseTask{in.ref(),
                                                                noise.ref(),
                                                                z.ref(),
                                                                {42, Purpose::posterior, 6,
                                                                 StepCounter::of(state.get())}});
          Posterior want{shape, {}, {}, 0.0};
          for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(shape.rows * shape.cols); ++i) {
            want.noise.push_back(
                math::gaussian(42, math::subsequence(Purpose::posterior, 7), 6 + i));
          }
          // The device runs the element math that the test calls, so that the bits are equal.
          require_close("noise", noise.get(), want.noise, {0.0, 0.0});
          // An exponential, a product and a sum of numbers up to 10.
          require_close("z", z.get(), want.z(statistics), {2e-6, 2e-7 + rounding_of(z_type)});
        }
      }
    }
  });
}

TEST_CASE("latent_loss gives the KL, and the gradient that central differences give",
          "[kernels][autoencoder]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const ElementType type : float_types) {
        for (const ElementType gradient_type : float_types) {
          const double ramp = shape.rows == 1 ? -1.0 : 0.25;
          const double weight = 4.0 * (ramp < 0.0 ? 1.0 : ramp);
          const auto statistics = statistics_of(shape, type);
          const Posterior p = posterior_of(shape, gradient_type, weight);
          const LatentResult got =
              latent_loss(device, p, statistics, type, gradient_type, 4.0F, ramp);
          // Terms of up to 1 each, some ulp apart.
          CHECK(got.kl == Approx(p.kl(statistics)).epsilon(2e-6));
          if (shape.rows * shape.cols > 300) continue;  // two whole loops for each number
          const auto want = reference::central_differences(
              statistics, 1e-5, [&](const std::vector<double>& x) { return p.objective(x); });
          // Differences in double: 1e-9; two products and a sum in f32.
          require_close("dstatistics", got.dstatistics, want,
                        {1e-6, 1e-6 + rounding_of(gradient_type)});
        }
      }
    }
  });
}

TEST_CASE("latent_loss gives the written gradient at every size", "[kernels][autoencoder]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      const auto statistics = statistics_of(shape, ElementType::f32);
      const Posterior p = posterior_of(shape, ElementType::f32, 0.5);
      const LatentResult got =
          latent_loss(device, p, statistics, ElementType::f32, ElementType::f32, 0.5F, -1.0);
      const double share = p.weight / static_cast<double>(shape.rows);
      std::vector<double> want(statistics.size());
      for (std::int64_t i = 0; i < shape.rows; ++i) {
        for (std::int64_t j = 0; j < shape.cols; ++j) {
          const double dz = p.dz[p.at(i, j)];
          const double log_variance = statistics[p.at(2 * i + 1, j)];
          want[p.at(2 * i, j)] = dz + share * statistics[p.at(2 * i, j)];
          want[p.at(2 * i + 1, j)] = 0.5 * dz * p.noise[p.at(i, j)] * std::exp(0.5 * log_variance) +
                                     0.5 * share * std::expm1(log_variance);
        }
      }
      require_close("dstatistics", got.dstatistics, want, {1e-6, 1e-6});
    }
  });
}

TEST_CASE("a variance past e^30 goes on along the tangent, gradients stay finite",
          "[kernels][autoencoder]") {
  on_every_device([](Device& device) {
    const Shape shape{1, 6};
    const std::vector<double> log_variances{29.0, 30.0, 31.0, 88.0, 120.0, 1e6};
    std::vector<double> statistics(6, 0.5);
    statistics.insert(statistics.end(), log_variances.begin(), log_variances.end());
    // Noise and gradients of 0 are where an infinite exponential would give NaN.
    const Posterior p{shape, {1.0, -1.0, 0.5, 0.0, 1.0, 0.5}, {0.0, 1.0, 1.0, 1.0, 0.0, -1.0}, 1.0};
    for (const double ramp : {0.0, 1.0}) {
      const LatentResult got =
          latent_loss(device, p, statistics, ElementType::f32, ElementType::f32, 1.0F, ramp);
      double kl = 0.0;
      std::vector<double> want(12);
      for (std::size_t j = 0; j < 6; ++j) {
        const double lv = log_variances[j];
        const double slope = std::exp(std::fmin(lv, 30.0));
        const double variance = lv > 30.0 ? slope * (1.0 + lv - 30.0) : slope;
        kl += 0.5 * (0.25 + variance - 1.0 - lv);
        want[j] = p.dz[j] + 0.5 * ramp;
        want[6 + j] = 0.5 * (p.dz[j] * p.noise[j] * std::sqrt(slope) + ramp * (slope - 1.0));
      }
      CHECK(got.kl == Approx(kl).epsilon(1e-6));
      // exp of 30 +- 1e-6, the rounding of a float there.
      require_close("dstatistics", got.dstatistics, want, {1e-6, 4e-6});
    }
  });
}

namespace {

struct ReconstructionResult {
  std::vector<double> gradient;
  double loss = 0.0, squared = 0.0;
};

ReconstructionResult reconstruction_loss(Device& device, const Shape& shape,
                                         const std::vector<double>& y, const std::vector<double>& x,
                                         ElementType type, Likelihood likelihood,
                                         bool with_squared = true) {
  const DeviceMatrix decoded(device, shape.rows, shape.cols, y);
  const DeviceMatrix trials(device, shape.rows, shape.cols, x, type);
  const DeviceMatrix gradient(device, shape.rows, shape.cols, type);
  const DeviceMatrix means(device, 1, 2);
  device.backend->run(
      *device.queue,
      ReconstructionTask{decoded.ref(), trials.ref(), gradient.ref(), likelihood, means.view().data,
                         with_squared ? means.view().data + 1 : nullptr});
  const auto got = means.get();
  return {gradient.get(), got[0], got[1]};
}

/// Targets in [0, 1], logits of up to `scale`.
std::vector<double> targets_of(const Shape& shape, ElementType type) {
  auto x = random_values(shape.rows * shape.cols, 21, type);
  for (double& value : x) value = std::fabs(value);
  return x;
}

double negative_log_likelihood(const Shape& shape, const std::vector<double>& y,
                               const std::vector<double>& x, Likelihood likelihood) {
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += likelihood == Likelihood::gaussian
               ? 0.5 * (x[i] - y[i]) * (x[i] - y[i])
               : std::fmax(y[i], 0.0) - x[i] * y[i] + std::log1p(std::exp(-std::fabs(y[i])));
  }
  return sum / static_cast<double>(shape.rows);
}

}  // namespace

TEST_CASE("reconstruction_loss gives the likelihood, the squared error and the gradient",
          "[kernels][autoencoder]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const ElementType type : float_types) {
        for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
          auto y = random_values(shape.rows * shape.cols, 22);
          for (double& value : y) value *= likelihood == Likelihood::bernoulli ? 30.0 : 3.0;
          const auto x = targets_of(shape, type);
          const auto got = reconstruction_loss(device, shape, y, x, type, likelihood);
          double squared = 0.0;
          std::vector<double> want;
          for (std::size_t i = 0; i < y.size(); ++i) {
            const double mean =
                likelihood == Likelihood::gaussian ? y[i] : 1.0 / (1.0 + std::exp(-y[i]));
            squared += (mean - x[i]) * (mean - x[i]);
            want.push_back((mean - x[i]) / static_cast<double>(shape.rows));
          }
          // exp and log are within some units in the last place; sums are in double.
          CHECK(got.loss == Approx(negative_log_likelihood(shape, y, x, likelihood)).epsilon(2e-6));
          CHECK(got.squared == Approx(squared / static_cast<double>(y.size())).epsilon(2e-6));
          require_close("gradient", got.gradient, want, {1e-7, 1e-6 + rounding_of(type)});
        }
      }
    }
  });
}

TEST_CASE("reconstruction_loss gives the gradient of its own loss", "[kernels][autoencoder]") {
  on_every_device([](Device& device) {
    const Shape shape{4, 33};
    for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
      const auto y = random_values(shape.rows * shape.cols, 23);
      const auto x = targets_of(shape, ElementType::f32);
      const auto got =
          reconstruction_loss(device, shape, y, x, ElementType::f32, likelihood, false);
      CHECK(got.squared == 0.0);  // not wanted, not written
      const auto want = reference::central_differences(y, 1e-5, [&](const std::vector<double>& at) {
        return negative_log_likelihood(shape, at, x, likelihood);
      });
      require_close("gradient", got.gradient, want, {1e-7, 1e-6});
    }
  });
}

TEST_CASE("an autoencoder's losses do not depend on the number of threads",
          "[kernels][autoencoder]") {
  for (const ElementType type : float_types) {
    require_same_for_any_threads([&](Device& device) {
      const Shape shape{67, 1025};
      const Posterior p = posterior_of(shape, type, 1.0);
      LatentResult latent =
          latent_loss(device, p, statistics_of(shape, type), type, type, 1.0F, -1.0);
      const auto trial =
          reconstruction_loss(device, shape, random_values(shape.rows * shape.cols, 24),
                              targets_of(shape, type), type, Likelihood::bernoulli);
      auto all = latent.dstatistics;
      all.insert(all.end(), trial.gradient.begin(), trial.gradient.end());
      all.insert(all.end(), {latent.kl, trial.loss, trial.squared});
      return all;
    });
  }
}

TEST_CASE("an autoencoder's operations refuse operands that do not fit", "[kernels][autoencoder]") {
  on_every_device([](Device& device) {
    Backend& backend = *device.backend;
    Queue& queue = *device.queue;
    const DeviceMatrix two(device, 3, 8), one(device, 3, 4), narrow(device, 3, 3),
        none(device, 0, 4), none2(device, 0, 8), half(device, 3, 4, ElementType::bf16);
    float* const place = narrow.view().data;
    CHECK_THROWS_WITH(backend.run(queue, ReparameteriseTask{one.ref(), one.ref(), one.ref(), {}}),
                      ContainsSubstring("statistics [3, 4]"));
    CHECK_THROWS_WITH(backend.run(queue, ReparameteriseTask{two.ref(), half.ref(), one.ref(), {}}),
                      ContainsSubstring("noise of another type"));
    CHECK_THROWS_WITH(
        backend.run(queue, LatentLossTask{two.ref(), narrow.ref(), one.ref(), two.ref()}),
        ContainsSubstring("noise [3, 3]"));
    CHECK_THROWS_WITH(
        backend.run(queue, LatentLossTask{none2.ref(), none.ref(), none.ref(), none2.ref()}),
        ContainsSubstring("no rows"));
    CHECK_THROWS_WITH(backend.run(queue, ReconstructionTask{one.ref(), half.ref(), one.ref(),
                                                            Likelihood::gaussian, place}),
                      ContainsSubstring("x and gradient of two types"));
    CHECK_THROWS_WITH(backend.run(queue, ReconstructionTask{one.ref(), one.ref(), one.ref()}),
                      ContainsSubstring("no place for the loss"));
  });
}
