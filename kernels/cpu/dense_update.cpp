// The backward pass of dense layers with Adam riding along.
#include <vector>

#include "kernels/cpu/dense_slices.hpp"

namespace vgan::cpu {

void Dense::Implementation::update_slice(const DenseUpdateTask& task, const Slice& slice,
                                         Matmul& product, const AdamMove& move, int member) {
  const ConstMatrixRef a = task.x.block(0, task.x.rows, slice.row, slice.rows);
  const ConstMatrixRef b = task.dy.block(0, task.dy.rows, slice.col, slice.cols);
  const std::int64_t first = slice.row * task.dy.cols + slice.col;
  // Added in place to the gradient that is there, else a tile of its own.
  float* dw = task.accumulate ? task.weights.gradients.data + first : tile(member);
  const std::int64_t stride = task.accumulate ? task.dy.cols : slice.cols;
  product.execute(member, a.data, b.data, nullptr, dw);
  for (std::int64_t i = 0; i < slice.rows; ++i) {
    move(task.weights.part(first + i * task.dy.cols, slice.cols), dw + i * stride);
  }
  if (slice.row > 0) return;
  const AdamArena bias = task.bias.part(slice.col, slice.cols);
  add_columns(b, false, bias.gradients);
  move(bias, bias.gradients.data);
}

LoopPart Dense::Implementation::input_gradient_part(const InputGradientTask& task, bool narrow) {
  if (task.w.packed) {
    const Tiling tiling{task.dx.rows, task.dx.cols, tile_rows, tile_cols};
    return {tiling.count(), [this, task, tiling](std::int64_t item, int member) {
              packed_input_slice(task, tiling.at(item), member);
            }};
  }
  const SlicedProduct sliced = input_gradient(task, narrow);
  return {sliced.count(), [this, task, sliced](std::int64_t item, int member) {
            const Slice slice = sliced.at(item);
            input_gradient_slice(task, slice, sliced.product(slice), member);
          }};
}

LoopPart Dense::Implementation::update_part(const DenseUpdateTask& task, const AdamMove& move) {
  const std::int64_t stride = task.accumulate ? task.dy.cols : 0;
  const SlicedProduct sliced = weight_gradient(task.x, task.dy, stride, task.accumulate);
  return {sliced.count(), [this, &task, &move, sliced](std::int64_t item, int member) {
            const Slice slice = sliced.at(item);
            update_slice(task, slice, sliced.product(slice), move, member);
          }};
}

void Dense::Implementation::run(const std::vector<LoopPart>& parts) {
  std::int64_t items = 0;
  for (const LoopPart& part : parts) items += part.items;
  team.for_each(items, [&](std::int64_t item, int member) {
    auto part = parts.begin();
    while (item >= part->items) item -= (part++)->items;
    part->body(item, member);
  });
}

void Dense::backward(const InputGradientTask& dx, std::span<const DenseUpdateTask> updates,
                     const AdamMove& move) {
  Implementation& own = *implementation_;
  std::vector<LoopPart> first, second;
  if (!dx.empty()) first.push_back(own.input_gradient_part(dx));
  for (std::size_t i = 0; i < updates.size(); ++i) {
    const DenseUpdateTask& task = updates[i];
    const bool on_tiles =
        task.x.type == ElementType::bf16 && weight_copy_size(task.x.cols, task.dy.cols).packed;
    if (!on_tiles) {
      first.push_back(own.update_part(task, move));
      continue;
    }
    if (own.update_packs.size() <= i) own.update_packs.resize(i + 1);
    const PackedUpdate packed(task, own.update_packs[i]);
    first.push_back({packed.pack_items(),
                     [packed, &move](std::int64_t item, int) { packed.pack(item, move); }});
    second.push_back(
        {packed.slices().count(), [&own, packed, &move](std::int64_t item, int member) {
           packed.move_slice(packed.slices().at(item), own.tile(member), own.spare(member), move);
         }});
  }
  own.run(first);
  own.run(second);
}

}  // namespace vgan::cpu
