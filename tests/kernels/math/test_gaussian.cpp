// Normal deviates: the closed form, the layout of a stream, and the statistics of a million draws.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/math/gaussian.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::box_muller;
using vgan::math::gaussian;
using vgan::math::gaussian4;
using vgan::math::Pair;
using vgan::math::philox_block;
using vgan::math::Words4;

constexpr std::size_t draws = 1'000'000;
const double standard_error = 1.0 / std::sqrt(static_cast<double>(draws));

std::vector<float> stream(std::uint64_t seed, std::uint64_t subsequence) {
  std::vector<float> values(draws);
  for (std::size_t block = 0; block < draws / 4; ++block) {
    gaussian4(seed, subsequence, block, &values[4 * block]);
  }
  return values;
}

// The correlation of a[i] and b[i + lag], for N(0, 1) values.
double correlation(const std::vector<float>& a, const std::vector<float>& b, std::size_t lag) {
  double sum = 0;
  for (std::size_t i = 0; i + lag < a.size(); ++i) sum += double{a[i]} * b[i + lag];
  return sum / static_cast<double>(a.size() - lag);
}

}  // namespace

TEST_CASE("box_muller is the closed form, sine first", "[math][gaussian]") {
  double worst = 0;
  for (std::uint64_t block = 0; block < 100'000; ++block) {
    const Words4 words = philox_block(1, 2, block);
    const Pair pair = box_muller(words.x, words.y);
    // From the float uniforms, so that only our functions' errors are seen.
    const double radius =
        std::sqrt(-2 * std::log(static_cast<double>(vgan::math::uniform(words.x))));
    const double angle = 2 * M_PI * static_cast<double>(vgan::math::uniform(words.y));
    const double error = std::fmax(std::fabs(pair.first - radius * std::sin(angle)),
                                   std::fabs(pair.second - radius * std::cos(angle)));
    REQUIRE(std::isfinite(pair.first + pair.second));
    worst = std::fmax(worst, error);
  }
  CHECK(worst <= 1e-6);  // two ulp at the largest radius
}

TEST_CASE("box_muller is finite and bounded at the ends of the words", "[math][gaussian]") {
  for (const std::uint32_t a : {0u, 1u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
    for (const std::uint32_t b : {0u, 0x40000000u, 0x80000000u, 0xC0000000u, 0xFFFFFFFFu}) {
      const Pair pair = box_muller(a, b);
      CAPTURE(a, b, pair.first, pair.second);
      CHECK(std::fabs(pair.first) <= 6.77f);
      CHECK(std::fabs(pair.second) <= 6.77f);
    }
  }
  CHECK(box_muller(0, 0).second == Approx(6.76371).epsilon(1e-5));  // sqrt(2 ln 2^33)
  CHECK(box_muller(0xFFFFFFFFu, 123).first == 0.0f);
}

TEST_CASE("gaussian reads any one element of the stream that gaussian4 fills", "[math][gaussian]") {
  for (const std::uint64_t block : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{1} << 40}) {
    float four[4];
    gaussian4(17, 33, block, four);
    for (std::uint64_t lane = 0; lane < 4; ++lane) {
      CHECK(gaussian(17, 33, 4 * block + lane) == four[lane]);
    }
    const Words4 words = philox_block(17, 33, block);
    CHECK(four[0] == box_muller(words.x, words.y).first);
    CHECK(four[1] == box_muller(words.x, words.y).second);
    CHECK(four[2] == box_muller(words.z, words.w).first);
    CHECK(four[3] == box_muller(words.z, words.w).second);
  }
}

// Every bound is five standard errors of the moment for independent N(0, 1) values.
TEST_CASE("a million draws have the moments of N(0, 1)", "[math][gaussian]") {
  const std::vector<float> values = stream(2024, 1);
  double moments[5] = {};
  for (const float value : values) {
    double power = 1;
    for (double& moment : moments) {
      moment += power / static_cast<double>(draws);
      power *= value;
    }
  }
  CHECK(std::fabs(moments[1]) <= 5 * standard_error);
  CHECK(std::fabs(moments[2] - 1) <= 5 * std::sqrt(2.0) * standard_error);
  CHECK(std::fabs(moments[3]) <= 5 * std::sqrt(15.0) * standard_error);
  CHECK(std::fabs(moments[4] - 3) <= 5 * std::sqrt(96.0) * standard_error);
}

TEST_CASE("a million draws follow the normal distribution function", "[math][gaussian]") {
  std::vector<float> values = stream(2025, 1);
  std::sort(values.begin(), values.end());
  double distance = 0;  // Kolmogorov-Smirnov
  for (std::size_t i = 0; i < draws; ++i) {
    const double expected = 0.5 * std::erfc(-values[i] / std::sqrt(2.0));
    const double low = static_cast<double>(i) / draws;
    const double high = static_cast<double>(i + 1) / draws;
    distance = std::fmax(distance, std::fmax(expected - low, high - expected));
  }
  CHECK(distance <= 1.95 * standard_error);  // the 0.1% point of the Kolmogorov distribution
}

TEST_CASE("draws do not correlate along a stream or between streams", "[math][gaussian]") {
  using vgan::math::Purpose;
  using vgan::math::subsequence;
  const std::vector<float> values = stream(3, subsequence(Purpose::latent, 10));
  for (std::size_t lag = 1; lag <= 8; ++lag) {
    CAPTURE(lag);
    CHECK(std::fabs(correlation(values, values, lag)) <= 5 * standard_error);
  }
  const std::vector<float> next_step = stream(3, subsequence(Purpose::latent, 11));
  const std::vector<float> other_purpose = stream(3, subsequence(Purpose::sample, 10));
  const std::vector<float> other_seed = stream(4, subsequence(Purpose::latent, 10));
  CHECK(std::fabs(correlation(values, next_step, 0)) <= 5 * standard_error);
  CHECK(std::fabs(correlation(values, other_purpose, 0)) <= 5 * standard_error);
  CHECK(std::fabs(correlation(values, other_seed, 0)) <= 5 * standard_error);
}
