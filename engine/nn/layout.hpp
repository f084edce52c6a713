// How matrices are laid out in planned memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/view.hpp"

namespace vgan::nn {

/// `tight`: rows without padding between them, as convolutions and packed trials want them.
enum class Packing : std::uint8_t { padded, tight };

/// Rows start at a multiple of 64 bytes, so that column slices of 16 floats and more do too, but
/// not at a multiple of 1 KiB: rows a power of two apart share few cache sets, which cost a weight
/// gradient of 512 x 1024 two fifths of its speed.
inline std::int64_t padded_stride(std::int64_t cols, ElementType type) {
  if (cols == 1) return 1;
  const auto line = static_cast<std::int64_t>(64 / element_size(type));
  const std::int64_t stride = (cols + line - 1) / line * line;
  return stride % (16 * line) == 0 ? stride + line : stride;
}

/// Bytes of a [rows, cols] matrix, a multiple of 64.
inline std::size_t matrix_bytes(std::int64_t rows, std::int64_t cols, ElementType type,
                                Packing packing = Packing::padded) {
  const std::int64_t stride = packing == Packing::tight ? cols : padded_stride(cols, type);
  const auto elements = static_cast<std::size_t>(rows * stride);
  return (elements * element_size(type) + 63) / 64 * 64;
}

/// Hands out matrices from a block of memory, one after the other.
class Carver {
 public:
  explicit Carver(void* block, Packing packing = Packing::padded)
      : at_(static_cast<std::byte*>(block)), packing_(packing) {}
  MatrixRef take(std::int64_t rows, std::int64_t cols, ElementType type) {
    const std::int64_t stride = packing_ == Packing::tight ? cols : padded_stride(cols, type);
    const MatrixRef matrix{at_, type, rows, cols, stride};
    at_ += matrix_bytes(rows, cols, type, packing_);
    return matrix;
  }

 private:
  std::byte* at_;
  Packing packing_;
};

}  // namespace vgan::nn
