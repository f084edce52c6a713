// The element types of the format, for its reader and its writer.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/checkpoint/safetensors.hpp"

namespace vgan {

struct TensorTypeFacts {
  TensorType type;
  std::string_view name;
  std::size_t size;  // bytes
};

inline constexpr std::array<TensorTypeFacts, 15> tensor_types{{
    {TensorType::f64, "F64", 8},
    {TensorType::f32, "F32", 4},
    {TensorType::f16, "F16", 2},
    {TensorType::bf16, "BF16", 2},
    {TensorType::i64, "I64", 8},
    {TensorType::i32, "I32", 4},
    {TensorType::i16, "I16", 2},
    {TensorType::i8, "I8", 1},
    {TensorType::u64, "U64", 8},
    {TensorType::u32, "U32", 4},
    {TensorType::u16, "U16", 2},
    {TensorType::u8, "U8", 1},
    {TensorType::boolean, "BOOL", 1},
    {TensorType::f8_e4m3, "F8_E4M3", 1},
    {TensorType::f8_e5m2, "F8_E5M2", 1},
}};

constexpr std::optional<TensorType> tensor_type_from_name(std::string_view name) {
  for (const TensorTypeFacts& facts : tensor_types) {
    if (facts.name == name) return facts.type;
  }
  return std::nullopt;
}

inline constexpr std::string_view metadata_key = "__metadata__";

}  // namespace vgan
