// What the dense layers' files share: how a product is cut, and the memory that its slices use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "kernels/cpu/dense.hpp"
#include "kernels/cpu/products/amx.hpp"
#include "kernels/cpu/products/matmul.hpp"

namespace vgan::cpu {

// A tile of 256 x 64 floats is 64 KiB: with its operands it stays in a 1 MiB second-level cache.
constexpr std::int64_t tile_rows = 256;
constexpr std::int64_t tile_cols = 64;
constexpr std::int64_t wide_tile_cols = 256;
constexpr std::int64_t narrow_tile_rows = 128;
// A weight gradient's: 128 KiB, and as much again for each of the weights and their two moments.
constexpr std::int64_t gradient_rows = 128;
constexpr std::int64_t gradient_cols = 256;
constexpr std::int64_t tile_elements = gradient_rows * gradient_cols;
static_assert(tile_rows * tile_cols <= tile_elements &&
              narrow_tile_rows * wide_tile_cols <= tile_elements);

struct Slice {
  std::int64_t row, rows, col, cols;
};

struct Tiling {
  std::int64_t rows, cols, row_step, col_step;

  std::int64_t row_slices() const { return (rows + row_step - 1) / row_step; }
  std::int64_t count() const { return row_slices() * ((cols + col_step - 1) / col_step); }
  Slice at(std::int64_t item) const {
    const std::int64_t row = item % row_slices() * row_step;
    const std::int64_t col = item / row_slices() * col_step;
    return {row, std::min(row_step, rows - row), col, std::min(col_step, cols - col)};
  }
};

/// How y = x w and dx = dy w^T are cut, of operands of this type. In f32 up to 256 columns are in
/// one slice, of as many fewer rows, where that makes no fewer slices: oneDNN's product of 256 x
/// 128 by 128 x 256 ran at 102 GFLOP/s in slices of 256 x 64, at 115 in slices of 64 x 256.
/// Operands that are narrowed are so for each slice, and slices are larger.
inline Tiling product_tiling(std::int64_t rows, std::int64_t cols, ElementType type,
                             bool narrows = false) {
  if (narrows) return {rows, cols, narrow_tile_rows, wide_tile_cols};
  const Tiling narrow{rows, cols, tile_rows, tile_cols};
  if (type != ElementType::f32 || cols > wide_tile_cols) return narrow;
  std::int64_t col_step = tile_cols;
  while (col_step < cols) col_step *= 2;
  const Tiling wide{rows, cols, tile_rows * tile_cols / col_step, col_step};
  return wide.count() < narrow.count() ? narrow : wide;
}

/// A product cut into slices, each with its compiled product: inner and last, in rows and columns.
class SlicedProduct {
 public:
  SlicedProduct() = default;
  /// `shape_of(slice)` names the product of a slice. Not to be made inside a parallel loop.
  template <class ShapeOf>
  SlicedProduct(MatmulCache& products, const Tiling& tiling, ShapeOf shape_of) : tiling_(tiling) {
    if (tiling.rows == 0 || tiling.cols == 0) return;
    count_ = tiling.count();
    const std::int64_t last = count_ - 1;
    const std::int64_t last_row = tiling.row_slices() - 1;
    made_[0][0] = &products.get(shape_of(tiling.at(0)));
    made_[0][1] = &products.get(shape_of(tiling.at(last - last_row)));
    made_[1][0] = &products.get(shape_of(tiling.at(last_row)));
    made_[1][1] = &products.get(shape_of(tiling.at(last)));
  }

  std::int64_t count() const { return count_; }
  Slice at(std::int64_t item) const { return tiling_.at(item); }
  Matmul& product(const Slice& slice) const {
    const bool ends_rows = slice.row + slice.rows == tiling_.rows;
    const bool ends_cols = slice.col + slice.cols == tiling_.cols;
    return *made_[ends_rows][ends_cols];
  }

 private:
  Tiling tiling_{};
  std::int64_t count_ = 0;
  Matmul* made_[2][2] = {};
};

/// A piece of a parallel loop: `body(item, member)` for each of its items.
struct LoopPart {
  std::int64_t items;
  std::function<void(std::int64_t item, int member)> body;
};

/// A layer's update on AMX tiles: its operands are packed first, all of them, then slices move.
class PackedUpdate {
 public:
  static constexpr std::int64_t pack_cols = 128;  ///< of x or dy in one item
  static constexpr std::int64_t slice_cols = 1024;

  /// `memory` is kept by the caller while this lives.
  PackedUpdate(const DenseUpdateTask& task, amx::Lines& memory);

  std::int64_t pack_items() const;
  /// Packs columns of x or of dy; those of dy with the bias, its gradient and its step.
  void pack(std::int64_t item, const AdamMove& move) const;
  Tiling slices() const { return {task_.x.cols, task_.dy.cols, amx::step, slice_cols}; }
  /// `tile` has tile_elements floats.
  void move_slice(const Slice& slice, float* tile, amx::Lines& spare, const AdamMove& move) const;

 private:
  DenseUpdateTask task_;
  math::BFloat16* x_transposed_;  ///< [inputs, padded(n)]
  math::BFloat16* dy_packed_;     ///< packed [n, outputs]
};
static_assert(amx::step * PackedUpdate::slice_cols <= tile_elements);

struct Dense::Implementation {
  explicit Implementation(ThreadTeam& the_team)
      : team(the_team),
        products(the_team.size()),
        heads(static_cast<std::size_t>(team.size())),
        spares(static_cast<std::size_t>(team.size())) {
    tiles.resize(static_cast<std::size_t>(team.size()));
    for (auto& tile : tiles) tile.resize(static_cast<std::size_t>(tile_elements));
  }

  float* tile(int member) { return tiles[static_cast<std::size_t>(member)].data(); }
  /// So many floats, for one column of cell_head.
  float* head_memory(int member, std::int64_t floats);
  amx::Lines& spare(int member) { return spares[static_cast<std::size_t>(member)]; }

  /// Runs `body(slice, product, member)` for every slice.
  template <class ShapeOf, class Body>
  void for_each_slice(const Tiling& tiling, ShapeOf shape_of, Body body) {
    const SlicedProduct sliced(products, tiling, shape_of);
    team.for_each(sliced.count(), [&](std::int64_t item, int member) {
      const Slice slice = sliced.at(item);
      body(slice, sliced.product(slice), member);
    });
  }

  SlicedProduct input_gradient(const InputGradientTask& task, bool narrow = false);
  /// dw of x^T dy in slices whose rows are `stride` floats apart; 0: as wide as the slice.
  SlicedProduct weight_gradient(ConstMatrixRef x, ConstMatrixRef dy, std::int64_t stride,
                                bool accumulate, bool narrow = false);
  void input_gradient_slice(const InputGradientTask& task, const Slice& slice, Matmul& product,
                            int member);
  void update_slice(const DenseUpdateTask& task, const Slice& slice, Matmul& product,
                    const AdamMove& move, int member);

  /// a b for a slice of the result, 32 rows at a time: `store(part, sums)`, sums as in
  /// store_activated_tile.
  template <class Store>
  void packed_slice(ConstMatrixRef a, const math::BFloat16* b, const Slice& slice, int member,
                    Store store);
  /// `store(x w + bias, part)` for each part of y.
  void forward_packed(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias, MatrixRef y,
                      const std::function<void(const float* sums, MatrixRef part)>& store);
  void packed_input_slice(const InputGradientTask& task, const Slice& slice, int member);

  LoopPart input_gradient_part(const InputGradientTask& task, bool narrow = false);
  LoopPart update_part(const DenseUpdateTask& task, const AdamMove& move);
  void run(const std::vector<LoopPart>& parts);

  ThreadTeam& team;
  MatmulCache products;
  std::vector<std::vector<float>> tiles;
  std::vector<std::vector<float>> heads;  ///< one a member
  std::vector<float> head_parts;          ///< input gradients of all columns' hidden rows
  std::vector<amx::Lines> spares;         ///< one a member
  std::deque<amx::Lines> update_packs;    ///< one an update of a loop
};

inline ConstMatrixRef block_or_empty(ConstMatrixRef at, const Slice& slice) {
  return at.empty() ? at : at.block(slice.row, slice.rows, slice.col, slice.cols);
}

/// dw = 0, the gradient of an empty batch.
void clear(MatrixView<float> dw);

/// The bias gradient: rows are added in order, so the sum is the same on any number of threads.
void add_columns(ConstMatrixRef dy, bool accumulate, VectorView<float> sum);

/// y = activation(tile), or tile * activation'(at); `tile` has y's shape, without padding.
void store_activated_tile(const float* tile, math::Activation activation, float slope, MatrixRef y);
void store_masked_tile(const float* tile, math::Activation activation, float slope,
                       ConstMatrixRef at, MatrixRef y);

}  // namespace vgan::cpu
