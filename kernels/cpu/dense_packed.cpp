// Dense layers in bf16 on AMX tiles: weights come packed, what a product needs packed beside them
// is packed here, and sums stay in cache until they are stored or Adam has read them.
#include "kernels/cpu/dense_slices.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

using math::BFloat16;

// A weight's copy is the packed w, for the forward pass, then the packed w^T, for the way back.
std::int64_t copy_of_transpose(std::int64_t inputs, std::int64_t outputs) {
  return amx::packed_size(inputs, outputs);
}

const BFloat16* numbers(ConstMatrixRef w) { return static_cast<const BFloat16*>(w.data); }

void add(const float* __restrict from, std::int64_t count, float* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

// Rows `stride` apart move together, in place.
void close_gaps(float* tile, std::int64_t rows, std::int64_t cols, std::int64_t stride) {
  if (cols == stride) return;
  for (std::int64_t i = 1; i < rows; ++i) {
    std::copy_n(tile + i * stride, cols, tile + i * cols);
  }
}

void pack_both(MatrixView<const float> w, const amx::Block& block, BFloat16* copy) {
  amx::pack(w, block, copy);
  amx::pack_transposed(w, block, copy + copy_of_transpose(w.rows, w.cols));
}

}  // namespace

WeightCopySize weight_copy_size(std::int64_t inputs, std::int64_t outputs) {
  // Narrow layers would be padding for the most part.
  const bool packed = inputs >= 16 && outputs >= 16 && amx::usable();
  return {packed ? 2 * amx::packed_size(inputs, outputs) : inputs * outputs, packed};
}

void Dense::pack_weights(MatrixView<const float> w, MatrixRef copy) {
  const std::int64_t blocks = amx::padded(w.rows) / amx::step;
  implementation_->team.for_each(blocks, [&](std::int64_t block, int) {
    const std::int64_t row = block * amx::step;
    const amx::Block rows{row, std::min(amx::step, w.rows - row), 0, w.cols};
    pack_both(w, rows, static_cast<BFloat16*>(copy.data));
  });
}

template <class Store>
void Dense::Implementation::packed_slice(ConstMatrixRef a, const BFloat16* b, const Slice& slice,
                                         int member, Store store) {
  const amx::Tiles registers;
  const std::int64_t stride = amx::padded(slice.cols);
  for (std::int64_t i = 0; i < slice.rows; i += amx::step) {
    const Slice part{slice.row + i, std::min(amx::step, slice.rows - i), slice.col, slice.cols};
    amx::product(a.rows_from(part.row, part.rows).as<BFloat16>(), b + amx::panel(a.cols, part.col),
                 part.cols, tile(member), stride, spare(member));
    close_gaps(tile(member), part.rows, part.cols, stride);
    store(part, tile(member));
  }
}

void Dense::Implementation::forward_packed(
    ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias, MatrixRef y,
    const std::function<void(const float* sums, MatrixRef part)>& store) {
  const Tiling tiling{y.rows, y.cols, tile_rows, tile_cols};
  team.for_each(tiling.count(), [&](std::int64_t item, int member) {
    packed_slice(x, numbers(w), tiling.at(item), member, [&](const Slice& part, float* sums) {
      for (std::int64_t i = 0; i < part.rows && !bias.empty(); ++i) {
        VGAN_WIDEST(add)(bias.data + part.col, part.cols, sums + i * part.cols);
      }
      store(sums, y.block(part.row, part.rows, part.col, part.cols));
    });
  });
}

void Dense::Implementation::packed_input_slice(const InputGradientTask& task, const Slice& slice,
                                               int member) {
  const BFloat16* b = numbers(task.w) + copy_of_transpose(task.w.rows, task.w.cols);
  packed_slice(task.dy, b, slice, member, [&](const Slice& part, float* sums) {
    store_masked_tile(sums, task.activation, task.slope, block_or_empty(task.at, part),
                      task.dx.block(part.row, part.rows, part.col, part.cols));
  });
}

PackedUpdate::PackedUpdate(const DenseUpdateTask& task, amx::Lines& memory) : task_(task) {
  const std::int64_t x_size = task.x.cols * amx::padded(task.x.rows);
  const auto lines =
      static_cast<std::size_t>((x_size + amx::packed_size(task.dy.rows, task.dy.cols)) / amx::step);
  if (memory.size() < lines) memory.resize(lines);
  x_transposed_ = memory.data()->numbers;
  dy_packed_ = x_transposed_ + x_size;
}

std::int64_t PackedUpdate::pack_items() const {
  const auto blocks = [](std::int64_t cols) { return (cols + pack_cols - 1) / pack_cols; };
  return blocks(task_.x.cols) + blocks(task_.dy.cols);
}

void PackedUpdate::pack(std::int64_t item, const AdamMove& move) const {
  const std::int64_t of_x = (task_.x.cols + pack_cols - 1) / pack_cols;
  if (item < of_x) {
    const std::int64_t col = item * pack_cols;
    amx::transpose(task_.x.as<BFloat16>(), col, std::min(pack_cols, task_.x.cols - col),
                   x_transposed_);
    return;
  }
  const std::int64_t col = (item - of_x) * pack_cols;
  const std::int64_t cols = std::min(pack_cols, task_.dy.cols - col);
  amx::pack(task_.dy.as<BFloat16>(), {0, task_.dy.rows, col, cols}, dy_packed_);
  const AdamArena bias = task_.bias.part(col, cols);
  add_columns(task_.dy.block(0, task_.dy.rows, col, cols), false, bias.gradients);
  move(bias, bias.gradients.data);
}

void PackedUpdate::move_slice(const Slice& slice, float* tile, amx::Lines& spare,
                              const AdamMove& move) const {
  const std::int64_t outputs = task_.dy.cols, k = amx::padded(task_.x.rows);
  const std::int64_t stride = amx::padded(slice.cols);
  {
    const amx::Tiles registers;
    const MatrixView<const BFloat16> a{x_transposed_ + slice.row * k, slice.rows, k, k};
    amx::product(a, dy_packed_ + amx::panel(k, slice.col), slice.cols, tile, stride, spare);
  }
  const std::int64_t first = slice.row * outputs + slice.col;
  for (std::int64_t i = 0; i < slice.rows; ++i) {
    const AdamArena row = task_.weights.part(first + i * outputs, slice.cols);
    if (task_.accumulate) VGAN_WIDEST(add)(row.gradients.data, slice.cols, tile + i * stride);
    move(row, tile + i * stride);
  }
  if (!task_.weights.packed_shadow) return;
  const MatrixView<const float> w{task_.weights.weights.data, task_.x.cols, outputs, outputs};
  pack_both(w, {slice.row, slice.rows, slice.col, slice.cols}, task_.weights.shadow.data);
}

}  // namespace vgan::cpu
