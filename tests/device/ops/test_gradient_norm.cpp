// The norm of gradients, and Adam's steps by what it leaves of them, on every backend.
#include <cmath>

#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using reference::Values;

namespace {

struct Clip {
  double scale, norm;
};

Clip clip_of(const Values& gradients, double most) {
  double squares = 0.0;
  for (const double g : gradients) squares += g * g;
  const double norm = std::sqrt(squares);
  return {std::fmin(1.0, most / (norm + 1e-6)), norm};
}

/// What the operation says of gradients.
Clip run(Device& device, const Values& gradients, float most) {
  const auto size = static_cast<std::int64_t>(gradients.size());
  const DeviceMatrix g(device, 1, size, gradients), results(device, 1, 2);
  float* const scale = results.vector().data;
  device.backend->run(*device.queue, GradientNormTask{g.vector(), most, scale, scale + 1});
  const Values both = results.get();
  // The norm may not be wanted.
  const DeviceMatrix alone(device, 1, 1);
  device.backend->run(*device.queue,
                      GradientNormTask{g.vector(), most, alone.vector().data, nullptr});
  const double again = alone.get()[0];
  CHECK((again == both[0] || (std::isnan(again) && std::isnan(both[0]))));
  return {both[0], both[1]};
}

void require_clip(const Clip& got, const Clip& want) {
  // Sums in double, rounded once.
  require_close("scale and norm", Values{got.scale, got.norm}, Values{want.scale, want.norm},
                {0.0, 1.2e-7});
}

}  // namespace

TEST_CASE("gradient_norm is the Euclidean norm and what is allowed of it",
          "[kernels][gradient_norm]") {
  on_every_device([](Device& device) {
    for (const std::int64_t size : {0, 1, 31, 33, 2048, 2049, 16385, 40000}) {
      for (const float most : {0.5F, 1.0F, 1e6F}) {
        INFO(size << " gradients, at most " << most);
        const Values gradients = random_values(size, 81);
        require_clip(run(device, gradients, most), clip_of(gradients, static_cast<double>(most)));
      }
    }
    // No gradient moves where the norm is within what is allowed.
    CHECK(run(device, {3.0, -4.0}, 5.5F).scale == 1.0);
  });
}

// More numbers than 1,024 parts of 2,048.
TEST_CASE("gradient_norm adds up more numbers than there are blocks", "[kernels][gradient_norm]") {
  on_every_device([](Device& device) {
    const Values gradients = random_values(2'100'003, 82);
    require_clip(run(device, gradients, 1.0F), clip_of(gradients, 1.0));
  });
}

TEST_CASE("gradient_norm neither overflows nor vanishes", "[kernels][gradient_norm]") {
  on_every_device([](Device& device) {
    for (const double size : {1e30, 1e-30}) {
      Values gradients = random_values(3000, 83);
      for (double& g : gradients) g = static_cast<float>(g * size);
      require_clip(run(device, gradients, 1.0F), clip_of(gradients, 1.0));
    }
  });
}

TEST_CASE("gradients that are not finite are seen in the scale or the norm",
          "[kernels][gradient_norm]") {
  on_every_device([](Device& device) {
    for (const std::size_t place : {0U, 2049U, 39999U}) {
      Values gradients = random_values(40000, 84);
      gradients[place] = std::nan("");
      const Clip of_nan = run(device, gradients, 1.0F);
      CHECK(std::isnan(of_nan.scale));
      CHECK(std::isnan(of_nan.norm));
      gradients[place] = -HUGE_VAL;
      const Clip of_infinity = run(device, gradients, 1.0F);
      CHECK(of_infinity.scale == 0.0);
      CHECK(of_infinity.norm == HUGE_VAL);
    }
  });
}

TEST_CASE("gradient_norm does not depend on the number of threads", "[kernels][gradient_norm]") {
  require_same_for_any_threads([](Device& device) {
    const Clip clip = run(device, random_values(100'001, 85), 1.0F);
    return Values{clip.scale, clip.norm};
  });
}

TEST_CASE("gradient_norm refuses what it cannot answer", "[kernels][gradient_norm]") {
  on_every_device([](Device& device) {
    const DeviceMatrix g(device, 1, 5);
    const auto refused = [&](const GradientNormTask& task, const char* text) {
      CHECK_THROWS_WITH(device.backend->run(*device.queue, task), ContainsSubstring(text));
    };
    refused({g.vector(), 0.0F, g.vector().data}, "a greatest norm of 0");
    refused({g.vector(), std::nanf(""), g.vector().data}, "a greatest norm of nan");
    refused({g.vector(), 1.0F, nullptr}, "no place for the scale");
  });
}

namespace {

/// A network's arena with an average, and what its steps are made with.
struct Weights {
  DeviceMatrix w, g, m, v, average, scale;
  DeviceState state;

  Weights(Device& device, const Values& weights)
      : w(row(device, weights)),
        g(row(device, Values(weights.size(), 0.0))),
        m(row(device, Values(weights.size(), 0.0))),
        v(row(device, Values(weights.size(), 0.0))),
        average(row(device, weights)),
        scale(device, 1, 1),
        state(device, [] {
          StepState start;
          start.generator.learning_rate = 0.01;
          return start;
        }()) {}

  /// One step by `gradients`, clipped to a norm of `most` unless that is 0.
  void step(Device& device, const Values& gradients, float most) {
    g.set(gradients);
    float* const by = scale.vector().data;
    if (most > 0.0F) {
      device.backend->run(*device.queue, GradientNormTask{g.vector(), most, by, nullptr});
    }
    AdamOptions options;
    options.beta1 = 0.9;
    options.average_decay = 0.9F;
    options.weight_decay = 0.1;
    options.network = &StepState::generator;
    options.gradient_scale = most > 0.0F ? by : nullptr;
    device.backend->adam(*device.queue,
                         {w.vector(), g.vector(), m.vector(), v.vector(), average.vector(), {}},
                         state.get(), options);
    device.backend->advance(*device.queue, state.get());
  }

 private:
  static DeviceMatrix row(Device& device, const Values& values) {
    return DeviceMatrix(device, 1, static_cast<std::int64_t>(values.size()), values);
  }
};

}  // namespace

TEST_CASE("adam decays weights and scales gradients", "[kernels][gradient_norm]") {
  on_every_device([](Device& device) {
    for (const float most : {0.0F, 1.0F}) {
      for (const std::int64_t size : {1, 31, 1025, 40000}) {
        INFO(size << " weights, at most " << most);
        Values w = random_values(size, 86), average = w;
        Values m(w.size(), 0.0), v(w.size(), 0.0);
        Weights weights(device, w);
        for (int t = 1; t <= 3; ++t) {
          const Values g = random_values(size, 90 + static_cast<std::uint64_t>(t));
          weights.step(device, g, most);
          const double scale = most > 0.0F ? clip_of(g, static_cast<double>(most)).scale : 1.0;
          for (std::size_t i = 0; i < w.size(); ++i) {
            const double moved = scale * g[i];
            w[i] -= 0.01 * 0.1 * w[i];
            m[i] = 0.9 * m[i] + 0.1 * moved;
            v[i] = 0.999 * v[i] + 0.001 * moved * moved;
            const double m_hat = m[i] / (1.0 - std::pow(0.9, t));
            const double v_hat = v[i] / (1.0 - std::pow(0.999, t));
            w[i] -= 0.01 * m_hat / (std::sqrt(v_hat) + 1e-8);
            const double decay = std::fmin(0.9, (1.0 + t) / (10.0 + t));
            average[i] = decay * average[i] + (1.0 - decay) * w[i];
          }
        }
        // Three steps of some ten roundings each.
        require_close("weights", weights.w.get(), w, {3e-7, 2e-6});
        require_close("m", weights.m.get(), m, {1e-7, 2e-6});
        require_close("v", weights.v.get(), v, {1e-9, 2e-6});
        require_close("average", weights.average.get(), average, {3e-7, 2e-6});
      }
    }
  });
}

TEST_CASE("a gradient that is not finite is reported however it is scaled",
          "[kernels][gradient_norm]") {
  on_every_device([](Device& device) {
    for (const double bad : {std::nan(""), HUGE_VAL}) {
      Values gradients = random_values(100, 87);
      gradients[60] = bad;
      Weights weights(device, random_values(100, 86));
      weights.step(device, gradients, 1.0F);
      CHECK(weights.state.read().records[0].nonfinite == 1);
      CHECK(std::isnan(weights.w.get()[60]));
    }
  });
}

// python tests/golden/residual_blocks.py
TEST_CASE("clipped steps of AdamW give PyTorch's weights", "[kernels][gradient_norm][golden]") {
  const Values plain = {0.947699066, 0.513666734, -0.397907275, -0.935798455, -0.622178058};
  const Values clipped = {0.947022936, 0.515314006, -0.397345584, -0.935046353, -0.623507046};
  on_every_device([&](Device& device) {
    for (const float most : {0.0F, 1.0F}) {
      Values w;
      for (int k = 0; k < 5; ++k) w.push_back(std::cos(k));
      Weights weights(device, w);
      for (int t = 1; t <= 10; ++t) {
        Values g;
        for (int k = 0; k < 5; ++k) g.push_back(std::sin(0.7 * t + k));
        weights.step(device, g, most);
      }
      // Ten roundings of a weight.
      require_close("weights", weights.w.get(), most > 0.0F ? clipped : plain, {4e-7, 1e-6});
    }
  });
}
