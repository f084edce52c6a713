// bfloat16 storage: exact widening, nearest-even narrowing.
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/math/bfloat16.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::BFloat16;
using vgan::math::bits_of;
using vgan::math::float_from_bits;
using vgan::math::from_float;
using vgan::math::to_bfloat16;
using vgan::math::to_float;

static_assert(sizeof(BFloat16) == 2);
static_assert(std::is_trivially_copyable_v<BFloat16>);

// The nearest of the two neighbours by distance in double, the even one on a tie.
std::uint16_t nearest_even(float value) {
  const std::uint16_t toward_zero = static_cast<std::uint16_t>(bits_of(value) >> 16);
  const double low = to_float(BFloat16{toward_zero});
  const float next = to_float(BFloat16{static_cast<std::uint16_t>(toward_zero + 1)});
  // IEEE rounds to infinity as if the format went one step on.
  const double high = std::isinf(next) ? std::copysign(0x1p128, value) : double{next};
  const double below = std::fabs(value - low);
  const double above = std::fabs(high - value);
  const bool up = above < below || (above == below && (toward_zero & 1u) != 0);
  return static_cast<std::uint16_t>(toward_zero + (up ? 1 : 0));
}

}  // namespace

TEST_CASE("every bfloat16 survives the way through float", "[math][bfloat16]") {
  int exact = 0;
  for (std::uint32_t bits = 0; bits < 0x10000u; ++bits) {
    const float wide = to_float(BFloat16{static_cast<std::uint16_t>(bits)});
    const std::uint16_t back = to_bfloat16(wide).bits;
    // A signalling NaN comes back quiet, all else unchanged.
    exact += std::isnan(wide) ? back == (bits | 0x40u) : back == bits;
  }
  CHECK(exact == 0x10000);
}

TEST_CASE("to_bfloat16 rounds to nearest even", "[math][bfloat16]") {
  CHECK(to_bfloat16(1.0f).bits == 0x3F80);
  CHECK(to_bfloat16(float_from_bits(0x3F808000u)).bits == 0x3F80);  // tie, to even below
  CHECK(to_bfloat16(float_from_bits(0x3F818000u)).bits == 0x3F82);  // tie, to even above
  CHECK(to_bfloat16(float_from_bits(0x3F808001u)).bits == 0x3F81);
  CHECK(to_bfloat16(-0.0f).bits == 0x8000);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()).bits == 0x7F80);
  CHECK(to_bfloat16(-std::numeric_limits<float>::infinity()).bits == 0xFF80);
  std::uint64_t wrong = 0;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 4099) {
    const float value = float_from_bits(static_cast<std::uint32_t>(bits));
    if (!std::isfinite(value)) continue;
    wrong += to_bfloat16(value).bits != nearest_even(value);
  }
  CHECK(wrong == 0);
}

TEST_CASE("a NaN stays a NaN in bfloat16", "[math][bfloat16]") {
  // Payloads that plain rounding would carry to an infinity or to zero.
  const std::uint32_t payloads[] = {0x7F800001u, 0x7FFFFFFFu, 0xFF800001u, 0xFFFFFFFFu,
                                    0x7FC00000u};
  for (const std::uint32_t bits : payloads) {
    const BFloat16 narrow = to_bfloat16(float_from_bits(bits));
    CAPTURE(bits, narrow.bits);
    CHECK(std::isnan(to_float(narrow)));
    CHECK((narrow.bits >> 15) == (bits >> 31));
  }
}

TEST_CASE("from_float stores either type", "[math][bfloat16]") {
  CHECK(from_float<float>(0.1f) == 0.1f);
  CHECK(to_float(0.1f) == 0.1f);
  CHECK(from_float<BFloat16>(0.1f).bits == 0x3DCD);
}
