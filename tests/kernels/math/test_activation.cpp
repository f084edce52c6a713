// Activations against closed forms, their derivatives against closed forms and differences.
#include <cmath>

#include "kernels/math/activation.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::activate;
using vgan::math::Activation;
using vgan::math::derivative_from_output;

constexpr Activation all[] = {Activation::identity, Activation::leaky_relu, Activation::tanh,
                              Activation::sigmoid};
constexpr float slope = 0.2f;

double exact(Activation activation, double x) {
  switch (activation) {
    case Activation::leaky_relu: return x > 0 ? x : double{slope} * x;
    case Activation::tanh: return std::tanh(x);
    case Activation::sigmoid: return 1 / (1 + std::exp(-x));
    case Activation::identity: break;
  }
  return x;
}

// Central difference of the closed form, good to about 1e-9.
double difference(Activation activation, double x) {
  const double h = 1e-5;
  return (exact(activation, x + h) - exact(activation, x - h)) / (2 * h);
}

template <Activation A>
bool template_agrees(float x) {
  return activate<A>(x, slope) == activate(A, x, slope) &&
         derivative_from_output<A>(x, slope) == derivative_from_output(A, x, slope);
}

}  // namespace

TEST_CASE("activations match their closed forms", "[math][activation]") {
  for (const Activation activation : all) {
    double worst = 0;
    for (int i = -40'000; i <= 40'000; ++i) {
      const float x = static_cast<float>(i) * 1e-3f;
      const float y = activate(activation, x, slope);
      REQUIRE(std::isfinite(y));
      const double want = exact(activation, x);
      worst = std::fmax(worst, std::fabs(y - want) / std::fmax(std::fabs(want), 1e-30));
    }
    CAPTURE(static_cast<int>(activation), worst);
    CHECK(worst <= 3e-7);  // 2.5 ulp
  }
}

TEST_CASE("derivatives from the output match central differences", "[math][activation]") {
  for (const Activation activation : all) {
    double worst = 0;
    for (int i = -20'000; i <= 20'000; ++i) {
      if (i == 0) continue;  // leaky_relu's kink
      const float x = static_cast<float>(i) * 1e-3f;
      const float derivative =
          derivative_from_output(activation, activate(activation, x, slope), slope);
      REQUIRE(std::isfinite(derivative));
      worst = std::fmax(worst, std::fabs(derivative - difference(activation, x)));
    }
    CAPTURE(static_cast<int>(activation), worst);
    CHECK(worst <= 5e-7);  // 1 - y * y doubles the output's 2.5 ulp
  }
}

TEST_CASE("leaky_relu has its slope at and below zero", "[math][activation]") {
  CHECK(activate(Activation::leaky_relu, -3.0f, 0.2f) == 0.2f * -3.0f);
  CHECK(activate(Activation::leaky_relu, 3.0f, 0.2f) == 3.0f);
  CHECK(activate(Activation::leaky_relu, 0.0f, 0.2f) == 0.0f);
  CHECK(derivative_from_output(Activation::leaky_relu, 0.0f, 0.2f) == 0.2f);
  CHECK(derivative_from_output(Activation::leaky_relu, 1e-30f, 0.2f) == 1.0f);
  CHECK(derivative_from_output(Activation::leaky_relu, -1e-30f, 0.2f) == 0.2f);
}

TEST_CASE("activations keep NaN and saturate at infinity", "[math][activation]") {
  for (const Activation activation : all) {
    CAPTURE(static_cast<int>(activation));
    CHECK(std::isnan(activate(activation, NAN, slope)));
  }
  CHECK(activate(Activation::tanh, -INFINITY, slope) == -1.0f);
  CHECK(activate(Activation::sigmoid, INFINITY, slope) == 1.0f);
  CHECK(derivative_from_output(Activation::tanh, 1.0f, slope) == 0.0f);
  CHECK(derivative_from_output(Activation::sigmoid, 1.0f, slope) == 0.0f);
}

TEST_CASE("the run-time activation is the template, bit for bit", "[math][activation]") {
  int agree = 0;
  for (int i = -1000; i <= 1000; ++i) {
    const float x = static_cast<float>(i) * 7e-3f;
    agree += template_agrees<Activation::identity>(x) && template_agrees<Activation::tanh>(x) &&
             template_agrees<Activation::leaky_relu>(x) && template_agrees<Activation::sigmoid>(x);
  }
  CHECK(agree == 2001);
}
