// Numbers as files store them: every type that .npy and IDX have, in either byte order.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/data/readers/byte_source.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {

/// IEEE 754-2008 binary16: a sign, 5 bits of exponent (bias 15), 10 of fraction.
inline float half_to_float(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1F;
  const int fraction = bits & 0x3FF;
  float size = 0.0F;
  if (exponent == 0x1F) {
    size = fraction == 0 ? std::numeric_limits<float>::infinity()
                         : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    size = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    size = std::ldexp(static_cast<float>(fraction | 0x400), exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -size : size;
}

template <class Bits>
constexpr Bits swap_bytes(Bits bits) {
  if constexpr (sizeof(Bits) == 2) return __builtin_bswap16(bits);
  if constexpr (sizeof(Bits) == 4) return __builtin_bswap32(bits);
  if constexpr (sizeof(Bits) == 8) return __builtin_bswap64(bits);
  return bits;
}

/// How one number of a type is stored: as `Stored`, an unsigned word, which means a `Number`.
template <class Word, class Meaning, ValueType value_type>
struct StoredNumber {
  using Stored = Word;
  using Number = Meaning;
  static constexpr ValueType type = value_type;
  bool swapped = false;  ///< the file has the other byte order than this machine

  Number operator()(Stored word) const {
    if (swapped) word = swap_bytes(word);
    if constexpr (type == ValueType::boolean) {
      return word != 0 ? 1 : 0;
    } else if constexpr (type == ValueType::f16) {
      return half_to_float(word);
    } else {
      return std::bit_cast<Number>(word);
    }
  }
};

/// Calls `use` with the StoredNumber of the type.
template <class Use>
void with_stored_number(ValueType type, bool swapped, Use&& use) {
  using V = ValueType;
  switch (type) {
    case V::u8: return use(StoredNumber<std::uint8_t, std::uint8_t, V::u8>{swapped});
    case V::u16: return use(StoredNumber<std::uint16_t, std::uint16_t, V::u16>{swapped});
    case V::u32: return use(StoredNumber<std::uint32_t, std::uint32_t, V::u32>{swapped});
    case V::u64: return use(StoredNumber<std::uint64_t, std::uint64_t, V::u64>{swapped});
    case V::i8: return use(StoredNumber<std::uint8_t, std::int8_t, V::i8>{swapped});
    case V::i16: return use(StoredNumber<std::uint16_t, std::int16_t, V::i16>{swapped});
    case V::i32: return use(StoredNumber<std::uint32_t, std::int32_t, V::i32>{swapped});
    case V::i64: return use(StoredNumber<std::uint64_t, std::int64_t, V::i64>{swapped});
    case V::f16: return use(StoredNumber<std::uint16_t, float, V::f16>{swapped});
    case V::f32: return use(StoredNumber<std::uint32_t, float, V::f32>{swapped});
    case V::f64: return use(StoredNumber<std::uint64_t, double, V::f64>{swapped});
    case V::boolean: return use(StoredNumber<std::uint8_t, std::uint8_t, V::boolean>{swapped});
  }
}

/// Reads `count` numbers of the file's `type` as `Value`. Call ByteSource::expect_data first.
template <class Value>
std::vector<Value> read_numbers_as(ByteSource& source, ValueType type, bool swapped,
                                   std::uint64_t count) {
  std::vector<Value> values;
  with_stored_number(type, swapped, [&](auto number) {
    using Stored = typename decltype(number)::Stored;
    values = source.read_converted<Stored, Value>(
        count, [&](Stored word) { return static_cast<Value>(number(word)); });
  });
  return values;
}

/// Where whole numbers stop being numbers of a double: beyond, the nearest one stands for them.
inline constexpr double most_exact_whole = 9007199254740992.0;  // 2^53

/// Whether a float has every number of the type; otherwise doubles are taken.
constexpr bool fits_float(ValueType type) {
  return type == ValueType::f32 || info_of(type).bytes <= 2;
}

}  // namespace vgan
