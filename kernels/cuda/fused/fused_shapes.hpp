// What the fused launchers share: which arithmetic, which tiles, what fits.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/cuda/fused/tile_product.hpp"
#include "kernels/ops/adam.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

inline bool is_float(ElementType type) { return type != ElementType::u8; }

/// Rows and columns are counted in int, with room for a tile past the end.
inline bool has_countable_extents(ConstMatrixRef matrix) {
  constexpr std::int64_t most = std::numeric_limits<int>::max() - 256;
  return !matrix.empty() && matrix.rows > 0 && matrix.cols > 0 && matrix.rows <= most &&
         matrix.cols <= most;
}

/// Whether an Adam step finds `size` numbers in each section that it needs.
inline bool holds(const AdamArena& arena, std::int64_t size) {
  return arena.weights.size == size && arena.m.size == size && arena.v.size == size &&
         (arena.average.empty() || arena.average.size == size) &&
         (arena.shadow.empty() || arena.shadow.size == size);
}

/// Tiles of a matrix of rows x cols.
struct TileGrid {
  std::int64_t down = 0;
  std::int64_t across = 0;
  std::int64_t count() const { return down * across; }
};

template <class Shape>
TileGrid tiles_of(std::int64_t rows, std::int64_t cols) {
  return {(rows + Shape::rows - 1) / Shape::rows, (cols + Shape::cols - 1) / Shape::cols};
}

/// More blocks than one launch can have along x.
constexpr std::int64_t too_many_tiles = std::int64_t{1} << 31;

/// Calls `body(constant)`; `decltype(constant)::value` is the arithmetic.
template <class Body>
void with_arithmetic(ElementType type, bool tf32, Body body) {
  if (type == ElementType::bf16) {
    body(std::integral_constant<Arithmetic, Arithmetic::bf16>{});
  } else if (tf32) {
    body(std::integral_constant<Arithmetic, Arithmetic::tf32>{});
  } else {
    body(std::integral_constant<Arithmetic, Arithmetic::fp32>{});
  }
}

/// Calls `body(Shape{})` with the shape of tiles for `small_tiles` tiles of the small one.
template <class Body>
void with_tile_shape(std::int64_t small_tiles, Body body) {
  if (small_tiles <= most_small_tiles) {
    body(SmallTile{});
  } else {
    body(LargeTile{});
  }
}

}  // namespace vgan::cuda
