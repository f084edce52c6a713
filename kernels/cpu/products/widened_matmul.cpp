#include "kernels/cpu/products/widened_matmul.hpp"

#include "kernels/cpu/convert_row.hpp"
#include "kernels/cpu/products/stored_operand.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

using math::BFloat16;

bool narrows(const MatmulShape& s) { return s.output == ElementType::bf16; }

void widen(const void* from, const StoredOperand& at, float* to) {
  const auto* numbers = static_cast<const BFloat16*>(from);
  for (std::int64_t i = 0; i < at.rows; ++i) {
    VGAN_WIDEST(convert_row)(numbers + i * at.stride, at.cols, to + i * at.cols);
  }
}

}  // namespace

MatmulShape widened(const MatmulShape& shape) {
  MatmulShape wide = shape;
  wide.a_stride = stored_a(shape).cols;
  wide.b_stride = stored_b(shape).cols;
  wide.input = wide.output = ElementType::f32;
  if (narrows(shape)) wide.c_stride = shape.n;
  return wide;
}

WidenedMatmul::WidenedMatmul(const MatmulShape& shape, Matmul& product, int members)
    : shape_(shape), product_(&product), scratch_(static_cast<std::size_t>(members)) {
  for (Scratch& one : scratch_) {
    one.a.resize(stored_a(shape).size());
    one.b.resize(stored_b(shape).size());
    if (narrows(shape)) one.c.resize(static_cast<std::size_t>(shape.m * shape.n));
  }
}

void WidenedMatmul::execute(int member, const void* a, const void* b, const float* bias, void* c) {
  Scratch& own = scratch_[static_cast<std::size_t>(member)];
  widen(a, stored_a(shape_), own.a.data());
  widen(b, stored_b(shape_), own.b.data());
  if (!narrows(shape_)) return product_->execute(member, own.a.data(), own.b.data(), bias, c);
  auto* result = static_cast<BFloat16*>(c);
  if (shape_.accumulate) widen(c, {shape_.m, shape_.n, shape_.c_stride}, own.c.data());
  product_->execute(member, own.a.data(), own.b.data(), bias, own.c.data());
  for (std::int64_t i = 0; i < shape_.m; ++i) {
    VGAN_WIDEST(convert_row)(own.c.data() + i * shape_.n, shape_.n, result + i * shape_.c_stride);
  }
}

}  // namespace vgan::cpu
