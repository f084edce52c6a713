// The dense layers of residual blocks: SiLU with dropout at the end of each slice of the product,
// and the factors that it leaves at the end of each slice on the way back.
#include "kernels/cpu/dense_slices.hpp"
#include "kernels/cpu/silu.hpp"

namespace vgan::cpu {

void Dense::forward_silu(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                         const SiluTask& silu, bool narrow) {
  const MatrixView<float> y = silu.x;
  const auto shape_of = [&](const Slice& slice) {
    MatmulShape shape;
    shape.m = slice.rows, shape.n = slice.cols, shape.k = x.cols;
    shape.a_stride = x.stride, shape.b_stride = w.stride, shape.c_stride = y.stride;
    shape.bias = !bias.empty();
    shape.narrows = narrow;
    return shape;
  };
  implementation_->for_each_slice(
      product_tiling(y.rows, y.cols, x.type, narrow), shape_of,
      [&](const Slice& slice, Matmul& product, int member) {
        const ConstMatrixRef b = w.block(0, w.rows, slice.col, slice.cols);
        const float* offset = bias.empty() ? nullptr : bias.data + slice.col;
        product.execute(member, x.rows_from(slice.row, slice.rows).data, b.data, offset,
                        y.row(slice.row) + slice.col);
        silu_part(silu, slice.row, slice.rows, slice.col, slice.cols);
      });
}

void Dense::backward_silu(ConstMatrixRef dy, ConstMatrixRef w, const MultiplyTask& factors,
                          bool narrow) {
  const MatrixView<float> out = factors.out;
  const InputGradientTask task{
      dy, w, {}, {out.data, ElementType::f32, out.rows, out.cols, out.stride}};
  const SlicedProduct sliced = implementation_->input_gradient(task, narrow);
  implementation_->team.for_each(sliced.count(), [&](std::int64_t item, int member) {
    const Slice slice = sliced.at(item);
    implementation_->input_gradient_slice(task, slice, sliced.product(slice), member);
    multiply_part(factors, slice.row, slice.rows, slice.col, slice.cols);
  });
}

}  // namespace vgan::cpu
