// Rows of f32 or bf16, a piece at a time in f32: loops over operands of several types are compiled
// once, not once for each combination.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/dispatch.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

constexpr std::int64_t piece_numbers = 256;

/// Where a piece is converted.
using PieceBuffer = float[piece_numbers];

/// Calls `body(first, count)` for each piece of a row of `cols` numbers, in order.
template <class Body>
void for_each_piece(std::int64_t cols, Body body) {
  for (std::int64_t first = 0; first < cols; first += piece_numbers) {
    body(first, std::min(piece_numbers, cols - first));
  }
}

/// Numbers [first, first + count) of row `row`: where they are if in f32, else in `buffer`.
inline const float* load_piece(ConstMatrixRef from, std::int64_t row, std::int64_t first,
                               std::int64_t count, PieceBuffer& buffer) {
  if (from.type == ElementType::f32) return from.as<float>().row(row) + first;
  const math::BFloat16* at = from.as<math::BFloat16>().row(row) + first;
  for (std::int64_t i = 0; i < count; ++i) buffer[i] = math::to_float(at[i]);
  return buffer;
}

/// Stores numbers [first, first + count) of row `row` of `to`, rounded to its type.
inline void store_piece(const PieceBuffer& values, std::int64_t row, std::int64_t first,
                        std::int64_t count, MatrixRef to) {
  with_float_type(to.type, [&](auto type) {
    using T = decltype(type);
    T* at = to.as<T>().row(row) + first;
    for (std::int64_t i = 0; i < count; ++i) at[i] = math::from_float<T>(values[i]);
  });
}

}  // namespace vgan::cpu
