// The types that numbers have in files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace vgan {

/// The type of one number in a file. `boolean` is a byte of 0 or 1; `f16` is IEEE's half precision.
enum class ValueType { u8, u16, u32, u64, i8, i16, i32, i64, f16, f32, f64, boolean };

struct ValueTypeInfo {
  ValueType type;
  std::string_view name;  ///< as in --dtype and in checkpoints
  char npy_kind;          ///< as in NumPy's dtype: 'u', 'i', 'f' or 'b'
  int bytes;              ///< of one number
};

inline constexpr std::array<ValueTypeInfo, 12> value_types = {{
    {ValueType::u8, "u8", 'u', 1},
    {ValueType::u16, "u16", 'u', 2},
    {ValueType::u32, "u32", 'u', 4},
    {ValueType::u64, "u64", 'u', 8},
    {ValueType::i8, "i8", 'i', 1},
    {ValueType::i16, "i16", 'i', 2},
    {ValueType::i32, "i32", 'i', 4},
    {ValueType::i64, "i64", 'i', 8},
    {ValueType::f16, "f16", 'f', 2},
    {ValueType::f32, "f32", 'f', 4},
    {ValueType::f64, "f64", 'f', 8},
    {ValueType::boolean, "bool", 'b', 1},
}};

constexpr const ValueTypeInfo& info_of(ValueType type) {
  return value_types[static_cast<std::size_t>(type)];
}

constexpr bool is_whole(ValueType type) { return info_of(type).npy_kind != 'f'; }

/// The type with this name; nothing for another word.
constexpr std::optional<ValueType> value_type_named(std::string_view name) {
  for (const ValueTypeInfo& info : value_types) {
    if (info.name == name) return info.type;
  }
  return std::nullopt;
}

/// The type of a C++ number; not for half precision and booleans, which C++ has no numbers for.
template <class Number>
constexpr ValueType value_type_of() {
  static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>);
  if constexpr (std::is_floating_point_v<Number>) {
    return sizeof(Number) == 4 ? ValueType::f32 : ValueType::f64;
  } else {
    constexpr char kind = std::is_signed_v<Number> ? 'i' : 'u';
    for (const ValueTypeInfo& info : value_types) {
      if (info.npy_kind == kind && info.bytes == int{sizeof(Number)}) return info.type;
    }
    return ValueType::u8;  // not reached: every other number is above
  }
}

}  // namespace vgan
