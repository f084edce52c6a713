// Products of bf16 matrices on AMX tiles, and the layout that they read.
//
// TDPBF16PS multiplies a tile of A, 16 rows of 32 numbers, by a tile of B, 16 rows of 16 pairs
// (Intel 64 and IA-32 Architectures SDM, volume 2, TDPBF16PS). A is read where it lies, row-major.
// B [k, n] lies in panels of 16 columns, each a column of tiles: element (i, j) is
//   panel j / 16, tile i / 32, in the tile [i % 32 / 2][j % 16][i % 2];
// k and n are padded with zeros to multiples of 32.
#pragma once

#include <cstdint>
#include <new>
#include <vector>

#include "kernels/view.hpp"

namespace vgan::cpu::amx {

using math::BFloat16;

/// Whether instruction_set() has bf16 tiles and this build can use them.
bool usable();

constexpr std::int64_t step = 32;  ///< of k, and the rows and columns of one block of products

constexpr std::int64_t padded(std::int64_t extent) { return (extent + step - 1) / step * step; }
/// Elements of a packed [k, n].
constexpr std::int64_t packed_size(std::int64_t k, std::int64_t n) { return padded(k) * padded(n); }
/// Where column `col`, a multiple of 16, begins in a packed [k, any].
constexpr std::int64_t panel(std::int64_t k, std::int64_t col) { return padded(k) * col; }

/// Memory for packed matrices, in cache lines: tiles are read fastest when aligned.
struct alignas(64) Line {
  BFloat16 numbers[32];
};
using Lines = std::vector<Line>;

/// Holds the tile registers of this thread; products want one alive. Other users of the
/// registers, oneDNN among them, may run before and after, not meanwhile.
class Tiles {
 public:
  Tiles();
  ~Tiles();
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
};

/// c = a b: a is [m <= 32, k], b points to a panel of a packed [k, any], c is [32, padded(n)] with
/// `stride` >= padded(n) floats from row to row; what is past [m, n] is unspecified. Sums run over
/// k in order, in f32. `spare` is the thread's own, for edges.
void product(MatrixView<const BFloat16> a, const BFloat16* b, std::int64_t n, float* c,
             std::int64_t stride, Lines& spare);

/// Rows [row, row + rows) and columns [col, col + cols) of `from` [k, n] into `to`, a packed [k,
/// n]. `row` and `col` are multiples of 32, and so are rows and cols or they end at the matrix's
/// edge.
struct Block {
  std::int64_t row, rows, col, cols;
};
void pack(MatrixView<const float> from, const Block& block, BFloat16* to);
void pack(MatrixView<const BFloat16> from, const Block& block, BFloat16* to);
/// Packs the transpose of `from` [n, k]: `to` is a packed [k, n], `block` one of `from`.
void pack_transposed(MatrixView<const float> from, const Block& block, BFloat16* to);

/// to[j * padded(from.rows) + i] = from(i, j) for columns [col, col + cols), `col` a multiple of
/// 16; rows of `to` are padded with zeros.
void transpose(MatrixView<const BFloat16> from, std::int64_t col, std::int64_t cols, BFloat16* to);

}  // namespace vgan::cpu::amx
