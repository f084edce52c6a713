// Pixels to the network's range and back, exactly.
#include <cmath>
#include <cstdint>

#include "kernels/math/pixel.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::normalise_pixel;
using vgan::math::quantise_pixel;

struct Range {
  float scale, inv_scale, offset, low, high;
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
      exact += quantise_pixel(x, range.inv_scale, range.offset) == value && x > previous;
      previous = x;
    }
    CAPTURE(range.low);
    CHECK(exact == 256);
    CHECK(normalise_pixel(0, range.scale, range.offset) == range.low);
    CHECK(normalise_pixel(255, range.scale, range.offset) == Approx(range.high).epsilon(1e-7));
  }
}

TEST_CASE("quantise_pixel rounds to nearest, ties to even", "[math][pixel]") {
  CHECK(quantise_pixel(2.5f, 1.0f, 0.0f) == 2);
  CHECK(quantise_pixel(3.5f, 1.0f, 0.0f) == 4);
  CHECK(quantise_pixel(2.501f, 1.0f, 0.0f) == 3);
  int right = 0;
  for (int i = 0; i <= 25'500; ++i) {
    const float x = static_cast<float>(i) * 0.01f;
    right += quantise_pixel(x, 1.0f, 0.0f) == static_cast<int>(std::nearbyint(x));
  }
  CHECK(right == 25'501);
}

TEST_CASE("quantise_pixel holds to 0..255 and makes NaN 0", "[math][pixel]") {
  for (const Range& range : ranges) {
    CHECK(quantise_pixel(range.low - 0.5f, range.inv_scale, range.offset) == 0);
    CHECK(quantise_pixel(range.high + 0.5f, range.inv_scale, range.offset) == 255);
    CHECK(quantise_pixel(-INFINITY, range.inv_scale, range.offset) == 0);
    CHECK(quantise_pixel(INFINITY, range.inv_scale, range.offset) == 255);
    CHECK(quantise_pixel(3e38f, range.inv_scale, range.offset) == 255);
    CHECK(quantise_pixel(NAN, range.inv_scale, range.offset) == 0);
  }
}
