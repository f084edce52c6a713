#include "engine/encode/as_type.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace vgan {
namespace {

static_assert(std::endian::native == std::endian::little);

// IEEE's half precision: 1 sign, 5 exponent and 10 fraction bits.
std::uint16_t half_of(double value) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return 0x7E00;
  constexpr double largest = 65504.0;
  const double size = std::fmin(std::fabs(value), largest);
  constexpr int smallest_exponent = -14;
  int exponent = 0;
  (void)std::frexp(size, &exponent);
  exponent = size == 0.0 ? smallest_exponent : std::max(exponent - 1, smallest_exponent);
  // In units of the last place; a carry into the next exponent lands in the right bits by itself.
  const auto fraction = static_cast<int>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  const int biased = exponent - smallest_exponent;
  return static_cast<std::uint16_t>(sign | ((biased << 10) + fraction));
}

template <class Number>
Number held(double value) {
  if constexpr (std::is_floating_point_v<Number>) {
    constexpr auto most = static_cast<double>(std::numeric_limits<Number>::max());
    return static_cast<Number>(std::isnan(value) ? value
                                                 : std::fmin(std::fmax(value, -most), most));
  } else {
    if (std::isnan(value)) return 0;
    const double whole = std::nearbyint(value);
    // 2^63 and 2^64 are doubles, the largest numbers below them are not.
    if (whole <= static_cast<double>(std::numeric_limits<Number>::min())) {
      return std::numeric_limits<Number>::min();
    }
    if (whole >= static_cast<double>(std::numeric_limits<Number>::max())) {
      return std::numeric_limits<Number>::max();
    }
    return static_cast<Number>(whole);
  }
}

template <class Number, class Convert>
void put(std::span<const double> values, std::vector<std::byte>& bytes, Convert convert) {
  bytes.resize(values.size() * sizeof(Number));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Number number = convert(values[i]);
    std::memcpy(bytes.data() + i * sizeof(Number), &number, sizeof(Number));
  }
}

}  // namespace

void as_type(std::span<const double> values, ValueType type, std::vector<std::byte>& bytes) {
  switch (type) {
    case ValueType::u8: return put<std::uint8_t>(values, bytes, held<std::uint8_t>);
    case ValueType::u16: return put<std::uint16_t>(values, bytes, held<std::uint16_t>);
    case ValueType::u32: return put<std::uint32_t>(values, bytes, held<std::uint32_t>);
    case ValueType::u64: return put<std::uint64_t>(values, bytes, held<std::uint64_t>);
    case ValueType::i8: return put<std::int8_t>(values, bytes, held<std::int8_t>);
    case ValueType::i16: return put<std::int16_t>(values, bytes, held<std::int16_t>);
    case ValueType::i32: return put<std::int32_t>(values, bytes, held<std::int32_t>);
    case ValueType::i64: return put<std::int64_t>(values, bytes, held<std::int64_t>);
    case ValueType::f16: return put<std::uint16_t>(values, bytes, half_of);
    case ValueType::f32: return put<float>(values, bytes, held<float>);
    case ValueType::f64: return put<double>(values, bytes, held<double>);
    case ValueType::boolean:
      return put<std::uint8_t>(values, bytes,
                               [](double value) -> std::uint8_t { return value >= 0.5 ? 1 : 0; });
  }
}

}  // namespace vgan
