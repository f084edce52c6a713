// The elementary functions against double, over the bits of all floats.
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/math/elementary.hpp"
#include "tests/kernels/math/ulp.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace math = vgan::math;
using vgan::testing::ulp_error;
using vgan::testing::WorstError;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

// Every 9973rd float of both signs, subnormals and infinities included; NaNs are tested apart.
template <class Float, class Double>
WorstError worst_over_floats(Float function, Double reference) {
  WorstError worst;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 9973) {
    const float x = math::float_from_bits(static_cast<std::uint32_t>(bits));
    if (!std::isnan(x)) worst.see(ulp_error(function(x), reference(static_cast<double>(x))), x);
  }
  return worst;
}

// `count` evenly spaced arguments in [low, high], where the function changes the most.
template <class Float, class Double>
WorstError worst_over_grid(Float function, Double reference, double low, double high) {
  const int count = 200'000;
  WorstError worst;
  for (int i = 0; i <= count; ++i) {
    const float x = static_cast<float>(low + (high - low) * i / count);
    worst.see(ulp_error(function(x), reference(static_cast<double>(x))), x);
  }
  return worst;
}

template <class Float, class Double>
void check(Float function, Double reference, double low, double high, double allowed) {
  const WorstError all = worst_over_floats(function, reference);
  CAPTURE(all.at, all.error);
  CHECK(all.error <= allowed);
  const WorstError dense = worst_over_grid(function, reference, low, high);
  CAPTURE(dense.at, dense.error);
  CHECK(dense.error <= allowed);
}

double exact_sigmoid(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

double exact_softplus(double x) { return std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

}  // namespace

// The bounds are those stated beside the functions.
TEST_CASE("exp is within one ulp everywhere", "[math][elementary]") {
  check([](float x) { return math::exp(x); }, [](double x) { return std::exp(x); }, -104, 89, 1.0);
  CHECK(math::exp(0.0f) == 1.0f);
  CHECK(math::exp(infinity) == infinity);
  CHECK(math::exp(-infinity) == 0.0f);
  CHECK(math::exp(std::numeric_limits<float>::max()) == infinity);
  CHECK(math::exp(-103.0f) == std::numeric_limits<float>::denorm_min());
  CHECK(std::isnan(math::exp(not_a_number)));
}

TEST_CASE("log is within one ulp everywhere", "[math][elementary]") {
  check([](float x) { return math::log(x); }, [](double x) { return std::log(x); }, 1e-6, 4, 1.0);
  CHECK(math::log(1.0f) == 0.0f);
  CHECK(math::log(0.0f) == -infinity);
  CHECK(math::log(-0.0f) == -infinity);
  CHECK(math::log(infinity) == infinity);
  CHECK(std::isnan(math::log(-1.0f)));
  CHECK(std::isnan(math::log(-infinity)));
  CHECK(std::isnan(math::log(not_a_number)));
}

TEST_CASE("tanh is within 2.5 ulp, odd, and saturates at one", "[math][elementary]") {
  check([](float x) { return math::tanh(x); }, [](double x) { return std::tanh(x); }, -11, 11, 2.5);
  CHECK(math::tanh(infinity) == 1.0f);
  CHECK(math::tanh(-infinity) == -1.0f);
  CHECK(std::signbit(math::tanh(-0.0f)));
  CHECK(math::tanh(-0.0f) == 0.0f);
  CHECK(std::isnan(math::tanh(not_a_number)));
  int odd = 0;
  int inside = 0;
  for (int i = 0; i < 10'000; ++i) {
    const float x = static_cast<float>(i) * 2e-3f;
    odd += math::tanh(-x) == -math::tanh(x);
    inside += math::tanh(x) <= 1.0f;
  }
  CHECK(odd == 10'000);
  CHECK(inside == 10'000);
}

TEST_CASE("sigmoid is within 2.4 ulp down to its last subnormal", "[math][elementary]") {
  check([](float x) { return math::sigmoid(x); }, exact_sigmoid, -104, 40, 2.4);
  CHECK(math::sigmoid(0.0f) == 0.5f);
  CHECK(math::sigmoid(infinity) == 1.0f);
  CHECK(math::sigmoid(-infinity) == 0.0f);
  CHECK(math::sigmoid(-100.0f) > 0.0f);
  CHECK(std::isnan(math::sigmoid(not_a_number)));
}

TEST_CASE("softplus is within 1.7 ulp and never overflows early", "[math][elementary]") {
  check([](float x) { return math::softplus(x); }, exact_softplus, -104, 40, 1.7);
  CHECK(math::softplus(1e38f) == 1e38f);
  CHECK(math::softplus(infinity) == infinity);
  CHECK(math::softplus(-infinity) == 0.0f);
  CHECK(std::isnan(math::softplus(not_a_number)));
}

TEST_CASE("sin_cos_2pi is within 1.6 ulp over the turn", "[math][elementary]") {
  const double two_pi = 6.283185307179586;
  // The quadrant is taken off exactly first, so that the reference keeps its relative precision.
  const auto exact_sine = [two_pi](double u) {
    const double quarter = std::nearbyint(4 * u);
    const double r = two_pi * (u - quarter / 4);
    const double value = static_cast<int>(quarter) % 2 != 0 ? std::cos(r) : std::sin(r);
    return static_cast<int>(quarter) % 4 >= 2 ? -value : value;
  };
  WorstError sine_worst, cosine_worst, circle_worst;
  const int count = 1'000'000;
  for (int i = 0; i <= count; ++i) {
    const float u = static_cast<float>(i) / static_cast<float>(count);
    float sine, cosine;
    math::sin_cos_2pi(u, &sine, &cosine);
    sine_worst.see(ulp_error(sine, exact_sine(u)), u);
    cosine_worst.see(ulp_error(cosine, exact_sine(static_cast<double>(u) + 0.25)), u);
    circle_worst.see(std::fabs(double{sine} * sine + double{cosine} * cosine - 1.0), u);
  }
  CAPTURE(sine_worst.at, cosine_worst.at, circle_worst.at);
  CHECK(sine_worst.error <= 1.6);
  CHECK(cosine_worst.error <= 1.6);
  CHECK(circle_worst.error <= 3e-7);
}

TEST_CASE("sin_cos_2pi is exact at the quarter turns and smallest angles", "[math][elementary]") {
  const float quarters[5][3] = {{0.0f, 0.0f, 1.0f},
                                {0.25f, 1.0f, 0.0f},
                                {0.5f, 0.0f, -1.0f},
                                {0.75f, -1.0f, 0.0f},
                                {1.0f, 0.0f, 1.0f}};
  for (const auto& quarter : quarters) {
    float sine, cosine;
    math::sin_cos_2pi(quarter[0], &sine, &cosine);
    CAPTURE(quarter[0]);
    CHECK(sine == quarter[1]);
    CHECK(cosine == quarter[2]);
  }
  float sine, cosine;
  math::sin_cos_2pi(0x1p-33f, &sine, &cosine);  // the smallest uniform
  CHECK(ulp_error(sine, 6.283185307179586 * 0x1p-33) <= 1.0);
  CHECK(cosine == 1.0f);
}
