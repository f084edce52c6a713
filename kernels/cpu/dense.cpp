#include "kernels/cpu/dense.hpp"

#include <algorithm>

#include "kernels/cpu/dense_slices.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/math/bfloat16.hpp"
#include "kernels/math/pixel.hpp"

namespace vgan::cpu {
namespace {

using math::Activation;

template <Activation A, class Out>
void store_activated(const float* from, std::int64_t count, float slope, Out* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] = math::from_float<Out>(math::activate<A>(from[i], slope));
  }
}

template <Activation A>
void store_trials(const float* from, std::int64_t count, float slope, math::OutputMap map,
                  float* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] = math::map_output(math::activate<A>(from[i], slope), map);
  }
}

// Two loops: one over bytes would take 64 at a time, and the last columns of a row one by one.
template <Activation A>
void store_trials(const float* from, std::int64_t count, float slope, math::OutputMap map,
                  std::uint8_t* to) {
  float values[wide_tile_cols];
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = math::map_output(math::activate<A>(from[i], slope), map);
  }
  for (std::int64_t i = 0; i < count; ++i) to[i] = math::round_pixel(values[i]);
}

template <Activation A, class At, class Out>
void store_masked(const float* from, const At* at, std::int64_t count, float slope, Out* to) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float derivative = math::derivative_from_output<A>(math::to_float(at[i]), slope);
    to[i] = math::from_float<Out>(from[i] * derivative);
  }
}

void add_row(const float* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

void add_row(const math::BFloat16* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += math::to_float(from[i]);
}

// Without an activation's derivative the product is the gradient.
bool goes_direct(const InputGradientTask& task) {
  return task.activation == Activation::identity && task.dy.type == ElementType::f32 &&
         task.dx.type == ElementType::f32;
}

template <Activation A>
void store_activated_tile(const float* tile, float slope, MatrixRef y) {
  for (std::int64_t i = 0; i < y.rows; ++i) {
    const float* from = tile + i * y.cols;
    if (y.type == ElementType::bf16) {
      VGAN_WIDEST(store_activated<A>)(from, y.cols, slope, y.as<math::BFloat16>().row(i));
    } else {
      VGAN_WIDEST(store_activated<A>)(from, y.cols, slope, y.as<float>().row(i));
    }
  }
}

template <class Trial>
void store_trials_tile(const float* tile, Activation activation, float slope,
                       const math::OutputMap& map, MatrixView<Trial> trials) {
  with_activation(activation, [&](auto a) {
    for (std::int64_t i = 0; i < trials.rows; ++i) {
      VGAN_WIDEST(store_trials<decltype(a)::value>)
      (tile + i * trials.cols, trials.cols, slope, map, trials.row(i));
    }
  });
}

void store_trials_tile(const float* tile, Activation activation, float slope,
                       const math::OutputMap& map, MatrixRef trials) {
  if (trials.type == ElementType::u8) {
    store_trials_tile(tile, activation, slope, map, trials.as<std::uint8_t>());
  } else {
    store_trials_tile(tile, activation, slope, map, trials.as<float>());
  }
}

template <Activation A, class At>
void store_masked_rows(const float* tile, float slope, MatrixView<const At> at, MatrixRef y) {
  for (std::int64_t i = 0; i < y.rows; ++i) {
    const float* from = tile + i * y.cols;
    if (y.type == ElementType::bf16) {
      VGAN_WIDEST(store_masked<A>)(from, at.row(i), y.cols, slope, y.as<math::BFloat16>().row(i));
    } else {
      VGAN_WIDEST(store_masked<A>)(from, at.row(i), y.cols, slope, y.as<float>().row(i));
    }
  }
}

template <Activation A>
void store_masked_tile(const float* tile, float slope, ConstMatrixRef at, MatrixRef y) {
  if (at.type == ElementType::bf16) {
    store_masked_rows<A, math::BFloat16>(tile, slope, at.as<math::BFloat16>(), y);
  } else {
    store_masked_rows<A, float>(tile, slope, at.as<float>(), y);
  }
}

}  // namespace

void clear(MatrixView<float> dw) {
  for (std::int64_t i = 0; i < dw.rows; ++i) std::fill_n(dw.row(i), dw.cols, 0.0F);
}

void add_columns(ConstMatrixRef dy, bool accumulate, VectorView<float> sum) {
  if (!accumulate) std::fill_n(sum.data, sum.size, 0.0F);
  for (std::int64_t i = 0; i < dy.rows; ++i) {
    if (dy.type == ElementType::bf16) {
      VGAN_WIDEST(add_row)(dy.as<math::BFloat16>().row(i), sum.size, sum.data);
    } else {
      VGAN_WIDEST(add_row)(dy.as<float>().row(i), sum.size, sum.data);
    }
  }
}

void store_activated_tile(const float* tile, Activation activation, float slope, MatrixRef y) {
  switch (activation) {
    case Activation::identity: return store_activated_tile<Activation::identity>(tile, slope, y);
    case Activation::leaky_relu:
      return store_activated_tile<Activation::leaky_relu>(tile, slope, y);
    case Activation::tanh: return store_activated_tile<Activation::tanh>(tile, slope, y);
    case Activation::sigmoid: return store_activated_tile<Activation::sigmoid>(tile, slope, y);
  }
}

void store_masked_tile(const float* tile, Activation activation, float slope, ConstMatrixRef at,
                       MatrixRef y) {
  switch (activation) {
    case Activation::identity: return store_activated_tile<Activation::identity>(tile, slope, y);
    case Activation::leaky_relu:
      return store_masked_tile<Activation::leaky_relu>(tile, slope, at, y);
    case Activation::tanh: return store_masked_tile<Activation::tanh>(tile, slope, at, y);
    case Activation::sigmoid: return store_masked_tile<Activation::sigmoid>(tile, slope, at, y);
  }
}

Dense::Dense(ThreadTeam& team) : implementation_(std::make_unique<Implementation>(team)) {}
Dense::~Dense() = default;

void Dense::forward(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                    Activation activation, float slope, MatrixRef y, bool narrow) {
  if (w.packed) {
    return implementation_->forward_packed(x, w, bias, y, [&](const float* sums, MatrixRef part) {
      store_activated_tile(sums, activation, slope, part);
    });
  }
  // oneDNN applies bias and leaky ReLU to the accumulators; the rest goes through a tile.
  const bool direct = activation == Activation::identity || activation == Activation::leaky_relu;
  const Tiling tiling = product_tiling(y.rows, y.cols, x.type, narrow);
  const auto shape_of = [&](const Slice& slice) {
    MatmulShape shape;
    shape.m = slice.rows, shape.n = slice.cols, shape.k = x.cols;
    shape.a_stride = x.stride, shape.b_stride = w.stride;
    shape.c_stride = direct ? y.stride : slice.cols;
    shape.narrows = narrow;
    shape.input = x.type, shape.output = direct ? y.type : ElementType::f32;
    shape.bias = !bias.empty();
    shape.leaky = activation == Activation::leaky_relu;
    shape.slope = shape.leaky ? slope : 0.0F;
    return shape;
  };
  implementation_->for_each_slice(
      tiling, shape_of, [&](const Slice& slice, Matmul& product, int member) {
        const ConstMatrixRef a = x.rows_from(slice.row, slice.rows);
        const ConstMatrixRef b = w.block(0, w.rows, slice.col, slice.cols);
        const MatrixRef c = y.block(slice.row, slice.rows, slice.col, slice.cols);
        const float* offset = bias.empty() ? nullptr : bias.data + slice.col;
        if (direct) return product.execute(member, a.data, b.data, offset, c.data);
        float* tile = implementation_->tile(member);
        product.execute(member, a.data, b.data, offset, tile);
        store_activated_tile(tile, activation, slope, c);
      });
}

void Dense::forward_trials(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                           Activation activation, float slope, const math::OutputMap& map,
                           MatrixRef trials) {
  if (w.packed) {
    return implementation_->forward_packed(x, w, bias, trials,
                                           [&](const float* sums, MatrixRef part) {
                                             store_trials_tile(sums, activation, slope, map, part);
                                           });
  }
  const Tiling tiling = product_tiling(trials.rows, trials.cols, x.type);
  const auto shape_of = [&](const Slice& slice) {
    MatmulShape shape;
    shape.m = slice.rows, shape.n = slice.cols, shape.k = x.cols;
    shape.a_stride = x.stride, shape.b_stride = w.stride, shape.c_stride = slice.cols;
    shape.input = x.type;
    shape.bias = !bias.empty();
    return shape;
  };
  implementation_->for_each_slice(
      tiling, shape_of, [&](const Slice& slice, Matmul& product, int member) {
        float* tile = implementation_->tile(member);
        const float* offset = bias.empty() ? nullptr : bias.data + slice.col;
        const ConstMatrixRef b = w.block(0, w.rows, slice.col, slice.cols);
        product.execute(member, x.rows_from(slice.row, slice.rows).data, b.data, offset, tile);
        store_trials_tile(tile, activation, slope, map,
                          trials.block(slice.row, slice.rows, slice.col, slice.cols));
      });
}

void Dense::tangent(ConstMatrixRef x, ConstMatrixRef w, Activation activation, float slope,
                    ConstMatrixRef at, MatrixRef y) {
  const Tiling tiling = product_tiling(y.rows, y.cols, x.type);
  const auto shape_of = [&](const Slice& slice) {
    MatmulShape shape;
    shape.m = slice.rows, shape.n = slice.cols, shape.k = x.cols;
    shape.a_stride = x.stride, shape.b_stride = w.stride, shape.c_stride = slice.cols;
    shape.input = x.type;
    return shape;
  };
  implementation_->for_each_slice(
      tiling, shape_of, [&](const Slice& slice, Matmul& product, int member) {
        float* tile = implementation_->tile(member);
        const ConstMatrixRef b = w.block(0, w.rows, slice.col, slice.cols);
        product.execute(member, x.rows_from(slice.row, slice.rows).data, b.data, nullptr, tile);
        store_masked_tile(tile, activation, slope, block_or_empty(at, slice),
                          y.block(slice.row, slice.rows, slice.col, slice.cols));
      });
}

SlicedProduct Dense::Implementation::input_gradient(const InputGradientTask& task, bool narrow) {
  const ConstMatrixRef dy = task.dy, w = task.w;
  const Tiling tiling = product_tiling(task.dx.rows, task.dx.cols, dy.type, narrow);
  return {products, tiling, [&, narrow](const Slice& slice) {
            MatmulShape shape;
            shape.m = slice.rows, shape.n = slice.cols, shape.k = dy.cols;
            shape.a_stride = dy.stride, shape.b_stride = w.stride;
            shape.c_stride = goes_direct(task) ? task.dx.stride : slice.cols;
            shape.b_transposed = true;
            shape.input = dy.type;
            shape.narrows = narrow;
            return shape;
          }};
}

void Dense::Implementation::input_gradient_slice(const InputGradientTask& task, const Slice& slice,
                                                 Matmul& product, int member) {
  const ConstMatrixRef a = task.dy.rows_from(slice.row, slice.rows);
  const ConstMatrixRef b = task.w.block(slice.col, slice.cols, 0, task.w.cols);
  const MatrixRef c = task.dx.block(slice.row, slice.rows, slice.col, slice.cols);
  if (goes_direct(task)) return product.execute(member, a.data, b.data, nullptr, c.data);
  product.execute(member, a.data, b.data, nullptr, tile(member));
  store_masked_tile(tile(member), task.activation, task.slope, block_or_empty(task.at, slice), c);
}

void Dense::backward_input(const InputGradientTask& task, bool narrow) {
  implementation_->run({implementation_->input_gradient_part(task, narrow)});
}

SlicedProduct Dense::Implementation::weight_gradient(ConstMatrixRef x, ConstMatrixRef dy,
                                                     std::int64_t stride, bool accumulate,
                                                     bool narrow) {
  const Tiling tiling{x.cols, dy.cols, gradient_rows, gradient_cols};
  return {products, tiling, [&](const Slice& slice) {
            MatmulShape shape;
            shape.m = slice.rows, shape.n = slice.cols, shape.k = x.rows;
            shape.a_stride = x.stride, shape.b_stride = dy.stride;
            shape.c_stride = stride == 0 ? slice.cols : stride;
            shape.a_transposed = true;
            shape.input = x.type;
            shape.narrows = narrow;
            shape.accumulate = accumulate;
            return shape;
          }};
}

void Dense::backward_weights(ConstMatrixRef x, ConstMatrixRef dy, bool accumulate,
                             MatrixView<float> dw, bool accumulate_bias, VectorView<float> dbias,
                             bool narrow) {
  if (x.rows == 0) {
    if (!accumulate) clear(dw);
    if (!accumulate_bias) std::fill_n(dbias.data, dbias.size, 0.0F);
    return;
  }
  const SlicedProduct sliced =
      implementation_->weight_gradient(x, dy, dw.stride, accumulate, narrow);
  implementation_->team.for_each(sliced.count(), [&](std::int64_t item, int member) {
    const Slice slice = sliced.at(item);
    const ConstMatrixRef a = x.block(0, x.rows, slice.row, slice.rows);
    const ConstMatrixRef b = dy.block(0, dy.rows, slice.col, slice.cols);
    float* c = dw.row(slice.row) + slice.col;
    sliced.product(slice).execute(member, a.data, b.data, nullptr, c);
    if (slice.row == 0 && !dbias.empty()) {
      add_columns(b, accumulate_bias, {dbias.data + slice.col, slice.cols});
    }
  });
}

}  // namespace vgan::cpu
