// Pixels to the network's range and back, exactly.
#include <cmath>
#include <cstdint>

#include "kernels/math/pixel.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::map_output;
using vgan::math::normalise_pixel;
using vgan::math::round_pixel;

struct Range {
  float scale, gain, offset, low, high;

  std::uint8_t pixel(float output) const { return round_pixel(map_output(output, {offset, gain})); }
};

constexpr Range ranges[] = {{2.0f / 255.0f, 127.5f, -1.0f, -1.0f, 1.0f},
                            {1.0f / 255.0f, 255.0f, 0.0f, 0.0f, 1.0f}};

}  // namespace

TEST_CASE("all 256 pixels come back from either range", "[math][pixel]") {
  for (const Range& range : ranges) {
    int exact = 0;
    float previous = range.low - 1.0f;
    for (int value = 0; value < 256; ++value) {
      const float x = normalise_pixel(static_cast<std::uint8_t>(value), range.scale, range.offset);
      exact += range.pixel(x) == value && x > previous;
      previous = x;
    }
    CAPTURE(range.low);
    CHECK(exact == 256);
    CHECK(normalise_pixel(0, range.scale, range.offset) == range.low);
    CHECK(normalise_pixel(255, range.scale, range.offset) == Approx(range.high).epsilon(1e-7));
  }
}

TEST_CASE("round_pixel rounds to nearest, ties to even", "[math][pixel]") {
  CHECK(round_pixel(2.5f) == 2);
  CHECK(round_pixel(3.5f) == 4);
  CHECK(round_pixel(2.501f) == 3);
  int right = 0;
  for (int i = 0; i <= 25'500; ++i) {
    const float x = static_cast<float>(i) * 0.01f;
    right += round_pixel(x) == static_cast<int>(std::nearbyint(x));
  }
  CHECK(right == 25'501);
}

TEST_CASE("round_pixel holds to 0..255 and makes NaN 0", "[math][pixel]") {
  for (const Range& range : ranges) {
    CHECK(range.pixel(range.low - 0.5f) == 0);
    CHECK(range.pixel(range.high + 0.5f) == 255);
    CHECK(range.pixel(-INFINITY) == 0);
    CHECK(range.pixel(INFINITY) == 255);
    CHECK(range.pixel(3e38f) == 255);
    CHECK(range.pixel(NAN) == 0);
  }
}

TEST_CASE("a pixel is round(255 x) of the float in [0, 1] of the same output", "[math][pixel]") {
  for (const Range& range : ranges) {
    const float unit_gain = 1.0f / (range.high - range.low);
    int right = 0;
    constexpr int steps = 1 << 20;
    for (int i = 0; i <= steps; ++i) {
      const float output =
          range.low + (range.high - range.low) * static_cast<float>(i) / static_cast<float>(steps);
      const float unit = map_output(output, {range.offset, unit_gain, 0.0f});
      right += range.pixel(output) == static_cast<int>(std::nearbyint(255.0f * unit));
    }
    CHECK(right == steps + 1);
  }
}
