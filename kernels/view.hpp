// Plain, non-owning views of memory. They say where numbers are, never who owns them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/math/bfloat16.hpp"
#include "kernels/math/host_device.hpp"

namespace vgan {

/// What one element is in memory.
enum class ElementType : std::uint8_t { f32, bf16, u8 };

constexpr std::size_t element_size(ElementType type) {
  return type == ElementType::f32 ? 4 : type == ElementType::bf16 ? 2 : 1;
}

template <class T>
struct ElementTypeOf;
template <>
struct ElementTypeOf<float> {
  static constexpr ElementType value = ElementType::f32;
};
template <>
struct ElementTypeOf<math::BFloat16> {
  static constexpr ElementType value = ElementType::bf16;
};
template <>
struct ElementTypeOf<std::uint8_t> {
  static constexpr ElementType value = ElementType::u8;
};

template <class T>
struct VectorView {
  T* data = nullptr;
  std::int64_t size = 0;

  VGAN_HOST_DEVICE operator VectorView<const T>() const { return {data, size}; }
  VGAN_HOST_DEVICE bool empty() const { return size == 0; }
};

/// Row-major: element (i, j) is `data[i * stride + j]`, with `stride >= cols`.
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stride = 0;

  VGAN_HOST_DEVICE operator MatrixView<const T>() const { return {data, rows, cols, stride}; }
  VGAN_HOST_DEVICE T* row(std::int64_t i) const { return data + i * stride; }
};

/// A matrix whose element type is known at run time: what crosses the seam.
template <class Void>
struct BasicMatrixRef {
  Void* data = nullptr;
  ElementType type = ElementType::f32;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t stride = 0;
  /// The numbers lie in the backend's own order (Backend::weight_copy): a weight that only products
  /// can read, as a whole.
  bool packed = false;

  operator BasicMatrixRef<const void>() const { return {data, type, rows, cols, stride, packed}; }

  bool empty() const { return data == nullptr; }
  std::int64_t size() const { return rows * cols; }

  /// Rows [first, first + count) of this matrix.
  BasicMatrixRef rows_from(std::int64_t first, std::int64_t count) const {
    return block(first, count, 0, cols);
  }
  /// The block of `row_count` x `col_count` elements that starts at (`row`, `col`).
  BasicMatrixRef block(std::int64_t row, std::int64_t row_count, std::int64_t col,
                       std::int64_t col_count) const {
    using Byte = std::conditional_t<std::is_const_v<Void>, const std::byte, std::byte>;
    auto* base = static_cast<Byte*>(data);
    const auto offset = (row * stride + col) * static_cast<std::int64_t>(element_size(type));
    return {base + offset, type, row_count, col_count, stride};
  }
  /// The typed view; `T` must be the element type.
  template <class T>
  auto as() const {
    using Element = std::conditional_t<std::is_const_v<Void>, const T, T>;
    return MatrixView<Element>{static_cast<Element*>(data), rows, cols, stride};
  }
};

using MatrixRef = BasicMatrixRef<void>;
using ConstMatrixRef = BasicMatrixRef<const void>;

}  // namespace vgan
