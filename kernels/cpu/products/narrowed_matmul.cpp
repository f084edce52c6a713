#include "kernels/cpu/products/narrowed_matmul.hpp"

#include "kernels/cpu/convert_row.hpp"
#include "kernels/cpu/products/stored_operand.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/cpu/team/processor.hpp"

namespace vgan::cpu {
namespace {

using math::BFloat16;

void round_row(const float* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = math::to_float(math::to_bfloat16(from[i]));
}

void round(const void* from, const StoredOperand& at, ElementType type, float* to) {
  const auto* numbers = static_cast<const float*>(from);
  for (std::int64_t i = 0; i < at.rows; ++i) {
    const float* const row = numbers + i * at.stride;
    if (type == ElementType::bf16) {
      auto* const narrow = reinterpret_cast<BFloat16*>(to) + i * at.cols;
      VGAN_WIDEST(convert_row)(row, at.cols, narrow);
    } else {
      VGAN_WIDEST(round_row)(row, at.cols, to + i * at.cols);
    }
  }
}

}  // namespace

MatmulShape narrowed(const MatmulShape& shape) {
  MatmulShape narrow = shape;
  narrow.a_stride = stored_a(shape).cols;
  narrow.b_stride = stored_b(shape).cols;
  narrow.input = onednn_has_fast_bf16() ? ElementType::bf16 : ElementType::f32;
  narrow.narrows = false;
  return narrow;
}

NarrowedMatmul::NarrowedMatmul(const MatmulShape& shape, Matmul& product, int members)
    : shape_(shape),
      type_(narrowed(shape).input),
      product_(&product),
      scratch_(static_cast<std::size_t>(members)) {
  for (Scratch& one : scratch_) {
    one.a.resize(stored_a(shape).size());
    one.b.resize(stored_b(shape).size());
  }
}

void NarrowedMatmul::execute(int member, const void* a, const void* b, const float* bias, void* c) {
  Scratch& own = scratch_[static_cast<std::size_t>(member)];
  round(a, stored_a(shape_), type_, own.a.data());
  round(b, stored_b(shape_), type_, own.b.data());
  product_->execute(member, own.a.data(), own.b.data(), bias, c);
}

}  // namespace vgan::cpu
