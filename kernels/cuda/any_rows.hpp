// A matrix of f32 or bf16, whichever is known when a kernel runs: all threads branch alike, and a
// kernel of several operands is compiled once.
#pragma once

#include <cstdint>

#include "kernels/math/bfloat16.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// `Void` is const void or void.
template <class Void>
struct AnyRows {
  Void* data = nullptr;
  std::int64_t stride = 0;  ///< elements
  bool bf16 = false;

  AnyRows() = default;
  explicit AnyRows(BasicMatrixRef<Void> matrix)
      : data(matrix.data), stride(matrix.stride), bf16(matrix.type == ElementType::bf16) {}

#if defined(__CUDACC__)
  __device__ float load(std::int64_t row, std::int64_t col) const {
    const std::int64_t i = row * stride + col;
    if (bf16) return math::to_float(static_cast<const math::BFloat16*>(data)[i]);
    return static_cast<const float*>(data)[i];
  }
  __device__ void store(std::int64_t row, std::int64_t col, float value) const {
    const std::int64_t i = row * stride + col;
    if (bf16) {
      static_cast<math::BFloat16*>(data)[i] = math::to_bfloat16(value);
    } else {
      static_cast<float*>(data)[i] = value;
    }
  }
#endif
};

using InRows = AnyRows<const void>;
using OutRows = AnyRows<void>;

}  // namespace vgan::cuda
