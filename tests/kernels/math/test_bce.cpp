// Binary cross-entropy on the logit: value and gradient, mild and extreme.
#include <cmath>

#include "kernels/math/bce.hpp"
#include "tests/kernels/math/ulp.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::bce_with_logits;
using vgan::math::LossAndGradient;
using vgan::testing::ulp_error;
using vgan::testing::WorstError;

constexpr float targets[] = {0.0f, 0.1f, 0.5f, 0.9f, 1.0f};

double exact_loss(double x, double t) {
  return std::fmax(x, 0.0) - t * x + std::log1p(std::exp(-std::fabs(x)));
}

double exact_gradient(double x, double t) { return 1 / (1 + std::exp(-x)) - t; }

}  // namespace

TEST_CASE("BCE matches its closed form over a wide grid", "[math][bce]") {
  for (const float target : targets) {
    double worst_loss = 0;
    double worst_gradient = 0;
    for (int i = -60'000; i <= 60'000; ++i) {
      const float x = static_cast<float>(i) * 1e-3f;
      const LossAndGradient got = bce_with_logits(x, target);
      REQUIRE(std::isfinite(got.loss + got.gradient));
      const double loss = exact_loss(x, target);
      worst_loss = std::fmax(worst_loss, std::fabs(got.loss - loss) / std::fmax(loss, 1e-6));
      worst_gradient =
          std::fmax(worst_gradient, std::fabs(got.gradient - exact_gradient(x, target)));
    }
    CAPTURE(target, worst_loss, worst_gradient);
    // A few roundings of terms that do not cancel to far below the largest of them. The floor of
    // 1e-6 is for hard targets, tested apart.
    CHECK(worst_loss <= 1e-6);
    CHECK(worst_gradient <= 3e-7);
  }
}

TEST_CASE("BCE's gradient is the central difference of its loss", "[math][bce]") {
  const float h = 0x1p-6f;
  for (const float target : targets) {
    double worst = 0;
    for (int i = -1000; i <= 1000; ++i) {
      const float x = static_cast<float>(i) * 0x1p-7f;
      const double difference =
          (double{bce_with_logits(x + h, target).loss} - bce_with_logits(x - h, target).loss) /
          (2.0 * h);
      worst = std::fmax(worst, std::fabs(difference - bce_with_logits(x, target).gradient));
    }
    CAPTURE(target, worst);
    // h^2 / 6 times the third derivative (at most 1/8), plus 8 * 2^-24 of loss over 2 h.
    CHECK(worst <= 4e-5);
  }
}

TEST_CASE("a confident discriminator still gets a loss and a gradient", "[math][bce]") {
  WorstError loss_worst, gradient_worst;
  for (int i = 0; i <= 100'000; ++i) {
    const float x = static_cast<float>(i) * 1.03e-3f;
    const double small = std::exp(-double{x});
    // Right and sure: both tail off like e^-|x|, in full relative precision.
    const LossAndGradient real = bce_with_logits(x, 1.0f);
    const LossAndGradient fake = bce_with_logits(-x, 0.0f);
    loss_worst.see(ulp_error(real.loss, std::log1p(small)), x);
    loss_worst.see(ulp_error(fake.loss, std::log1p(small)), x);
    gradient_worst.see(ulp_error(real.gradient, -small / (1 + small)), x);
    gradient_worst.see(ulp_error(fake.gradient, small / (1 + small)), x);
  }
  CAPTURE(loss_worst.at, gradient_worst.at);
  CHECK(loss_worst.error <= 2.5);
  CHECK(gradient_worst.error <= 2.5);
  // Wrong and sure: linear.
  CHECK(bce_with_logits(1e30f, 0.0f).loss == 1e30f);
  CHECK(bce_with_logits(1e30f, 0.0f).gradient == 1.0f);
  CHECK(bce_with_logits(-1e30f, 1.0f).loss == 1e30f);
  CHECK(bce_with_logits(-1e30f, 1.0f).gradient == -1.0f);
}

TEST_CASE("BCE at zero is ln 2 and a NaN logit shows", "[math][bce]") {
  for (const float target : targets) {
    CHECK(bce_with_logits(0.0f, target).loss == Approx(std::log(2.0)).epsilon(1e-7));
    CHECK(bce_with_logits(0.0f, target).gradient == Approx(0.5 - target).margin(1e-7));
    CHECK(std::isnan(bce_with_logits(NAN, target).loss));
    CHECK(std::isnan(bce_with_logits(NAN, target).gradient));
  }
}
