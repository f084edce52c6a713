// The element types of tensors in files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vgan {

/// What one element is in the file; little-endian. The format's names are the same in capitals,
/// `boolean` is BOOL. The formats below one byte an element are not read.
enum class TensorType : std::uint8_t {
  f64,
  f32,
  f16,
  bf16,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean,
  f8_e4m3,
  f8_e5m2
};

/// Bytes of one element: 8, 4, 2 or 1.
std::size_t tensor_type_size(TensorType type);
/// The format's own name, e.g. "F32".
std::string_view tensor_type_name(TensorType type);

}  // namespace vgan
