// Adam and the moving average, against double.
#include <cmath>
#include <cstdint>

#include "kernels/math/adam.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::adam_update;
using vgan::math::AdamStep;
using vgan::math::ema_update;
using vgan::math::make_adam_step;

// Kingma and Ba's algorithm 1 in double.
struct ExactAdam {
  double weight, m = 0, v = 0;

  void update(double gradient, double rate, double beta1, double beta2, double epsilon, int t,
              double weight_decay = 0) {
    weight -= rate * weight_decay * weight;  // as torch.optim.AdamW has it: before the move
    m = beta1 * m + (1 - beta1) * gradient;
    v = beta2 * v + (1 - beta2) * gradient * gradient;
    const double m_hat = m / (1 - std::pow(beta1, t));
    const double v_hat = v / (1 - std::pow(beta2, t));
    weight -= rate * m_hat / (std::sqrt(v_hat) + epsilon);
  }
};

}  // namespace

TEST_CASE("a step's constants are those of double, rounded once", "[math][adam]") {
  for (const std::uint64_t t : {1u, 2u, 3u, 10u, 999u, 100'000u}) {
    const AdamStep step = make_adam_step(2e-4, 0.5, 0.999, 1e-8, t);
    const double bias1 = 1 - std::pow(0.5, static_cast<double>(t));
    const double bias2 = 1 - std::pow(0.999, static_cast<double>(t));
    CAPTURE(t);
    CHECK(step.learning_rate == 2e-4f);
    CHECK(step.beta1 == 0.5f);
    CHECK(step.beta2 == 0.999f);
    CHECK(step.epsilon == 1e-8f);
    CHECK(step.one_minus_beta1 == 0.5f);
    CHECK(step.one_minus_beta2 == static_cast<float>(1 - 0.999));
    CHECK(step.bias1 == Approx(bias1).epsilon(1e-7));
    CHECK(step.inverse_sqrt_bias2 == Approx(1 / std::sqrt(bias2)).epsilon(1e-7));
    CHECK(step.step_size == Approx(2e-4 / bias1).epsilon(1e-7));
  }
}

TEST_CASE("a thousand Adam updates follow the algorithm in double", "[math][adam]") {
  const double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  for (const double scale : {1e-4, 1.0, 1e3}) {
    float weight = 0.7f, m = 0, v = 0;
    ExactAdam exact{0.7f};
    for (int t = 1; t <= 1000; ++t) {
      const float gradient = static_cast<float>(scale * (std::sin(0.1 * t) + 0.3));
      adam_update(weight, m, v, gradient,
                  make_adam_step(rate, beta1, beta2, epsilon, static_cast<std::uint64_t>(t)));
      exact.update(gradient, rate, beta1, beta2, epsilon, t);
    }
    CAPTURE(scale);
    // 1000 roundings of a weight near 1 (half an ulp each, 3e-8) that mostly cancel.
    CHECK(weight == Approx(exact.weight).margin(3e-6));
    CHECK(m == Approx(exact.m).epsilon(1e-5));
    CHECK(v == Approx(exact.v).epsilon(1e-4));  // 1 / (1 - beta2) roundings add up
  }
}

TEST_CASE("Adam's first update is the learning rate against the sign", "[math][adam]") {
  for (const float gradient : {1e-3f, -5.0f, 1e4f}) {
    float weight = 0.0f, m = 0.0f, v = 0.0f;
    adam_update(weight, m, v, gradient, make_adam_step(2e-4, 0.5, 0.999, 1e-8, 1));
    CAPTURE(gradient);
    CHECK(weight == Approx(gradient > 0 ? -2e-4 : 2e-4).epsilon(2e-5));
  }
  // A gradient far below epsilon is damped by it: 2e-4 * 1e-12 / (1e-12 + 1e-8).
  float weight = 0.0f, m = 0.0f, v = 0.0f;
  adam_update(weight, m, v, 1e-12f, make_adam_step(2e-4, 0.5, 0.999, 1e-8, 1));
  CHECK(weight == Approx(-2e-4 * 1e-12 / (1e-12 + 1e-8)).epsilon(1e-4));
}

TEST_CASE("a zero gradient with zero moments leaves the weight alone", "[math][adam]") {
  float weight = 0.3f, m = 0.0f, v = 0.0f;
  adam_update(weight, m, v, 0.0f, make_adam_step(2e-4, 0.5, 0.999, 1e-8, 1));
  CHECK(weight == 0.3f);
  CHECK(m == 0.0f);
  CHECK(v == 0.0f);
}

TEST_CASE("a thousand updates with weight decay follow AdamW in double", "[math][adam]") {
  const double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  for (const double decay : {0.0, 0.01, 0.3}) {
    for (const float scale : {1.0f, 0.125f, 3.0f}) {
      float weight = 0.7f, m = 0, v = 0;
      ExactAdam exact{0.7f};
      for (int t = 1; t <= 1000; ++t) {
        const float gradient = static_cast<float>(std::sin(0.1 * t) + 0.3);
        AdamStep step = make_adam_step(rate, beta1, beta2, epsilon, static_cast<std::uint64_t>(t));
        step.keep = static_cast<float>(1 - rate * decay);
        step.gradient_scale = scale;
        adam_update(weight, m, v, gradient, step);
        exact.update(double{scale} * gradient, rate, beta1, beta2, epsilon, t, decay);
      }
      CAPTURE(decay, scale);
      // As above; `keep`, near 1, is rounded too: a thousand times at most half an ulp of it.
      CHECK(weight == Approx(exact.weight).margin(decay > 0 ? 3e-5 : 3e-6));
      CHECK(m == Approx(exact.m).epsilon(1e-5));
      CHECK(v == Approx(exact.v).epsilon(1e-4));
    }
  }
}

TEST_CASE("a step by the defaults neither decays weights nor scales gradients", "[math][adam]") {
  const AdamStep step = make_adam_step(2e-4, 0.5, 0.999, 1e-8, 3);
  CHECK(step.keep == 1.0f);
  CHECK(step.gradient_scale == 1.0f);
}

TEST_CASE("a weight without a gradient shrinks by the rate times its decay", "[math][adam]") {
  AdamStep step = make_adam_step(0.25, 0.9, 0.999, 1e-8, 1);
  step.keep = 1.0f - 0.25f * 0.5f;
  float weight = 0.75f, m = 0.0f, v = 0.0f;
  adam_update(weight, m, v, 0.0f, step);
  CHECK(weight == 0.65625f);
}

// python tests/golden/residual_blocks.py
TEST_CASE("ten updates with weight decay give the weights of PyTorch's AdamW",
          "[math][adam][golden]") {
  const double want[] = {0.947699066, 0.513666734, -0.397907275, -0.935798455, -0.622178058};
  for (int k = 0; k < 5; ++k) {
    float weight = static_cast<float>(std::cos(k)), m = 0, v = 0;
    for (int t = 1; t <= 10; ++t) {
      AdamStep step = make_adam_step(0.01, 0.9, 0.999, 1e-8, static_cast<std::uint64_t>(t));
      step.keep = 1.0f - 0.01f * 0.1f;
      adam_update(weight, m, v, static_cast<float>(std::sin(0.7 * t + k)), step);
    }
    CAPTURE(k);
    CHECK(weight == Approx(want[k]).margin(6e-7));
  }
}

TEST_CASE("power is exact repeated multiplication", "[math][adam]") {
  CHECK(vgan::math::power(0.5, 10) == 0x1p-10);
  CHECK(vgan::math::power(3.0, 13) == 1594323.0);
  CHECK(vgan::math::power(0.999, 0) == 1.0);
  CHECK(vgan::math::power(0.9, 1'000'000'000'000u) == 0.0);
}

TEST_CASE("the moving average converges and rests at its value", "[math][adam]") {
  CHECK(ema_update(0.1f, 0.1f, 0.999f) == 0.1f);
  CHECK(ema_update(2.0f, 4.0f, 0.75f) == 2.5f);
  CHECK(ema_update(2.0f, 4.0f, 0.0f) == 4.0f);
  CHECK(ema_update(2.0f, 4.0f, 1.0f) == 2.0f);
  float average = 0.0f;
  for (int i = 0; i < 1000; ++i) average = ema_update(average, 1.0f, 0.99f);
  CHECK(average == Approx(1 - std::pow(0.99, 1000)).epsilon(1e-5));
}
