// A dense layer forward: bias and activation in the product's epilogue.
#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/fused/fused_shapes.hpp"
#include "kernels/cuda/fused/tile_product.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/quad.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

struct ForwardJob {
  Operand x;
  Operand w;
  const float* bias = nullptr;
  bool bias_wide = false;
  math::Activation activation = math::Activation::identity;
  float slope = 0.0F;
  QuadRows<void> y;
  int tiles_across = 0;
  bool prefetch = false;
};

// A block for each tile of y, row by row.
template <Arithmetic A, class Shape>
__global__ void __launch_bounds__(Shape::threads, Shape::blocks)
    fused_forward_kernel(const __grid_constant__ ForwardJob job) {
  const int tile = static_cast<int>(blockIdx.x);
  TileProduct<A, Shape, true, false> product(job.x, job.w, tile / job.tiles_across * Shape::rows,
                                             tile % job.tiles_across * Shape::cols,
                                             dynamic_shared<unsigned char>());
  if (job.prefetch) product.fetch_b();
  wait_for_previous_kernel();
  let_next_kernel_start();
  product.multiply(job.prefetch);
  product.for_each_quad(job.y.rows, job.y.cols,
                        [&](int, int row, int col, int count, float(&sums)[4]) {
                          float bias[4] = {};
                          if (job.bias != nullptr)
                            load_quad(job.bias + col, count, job.bias_wide, bias);
                          VGAN_UNROLL
                          for (int e = 0; e < 4; ++e) {
                            sums[e] = math::activate(job.activation, sums[e] + bias[e], job.slope);
                          }
                          job.y.store(row, col, count, sums);
                        });
}

template <Arithmetic A, class Shape>
cudaError_t launch_forward(cudaStream_t stream, ForwardJob& job, bool programmatic) {
  const TileGrid tiles = tiles_of<Shape>(job.y.rows, job.y.cols);
  if (tiles.count() >= too_many_tiles) return cudaErrorInvalidValue;
  job.tiles_across = static_cast<int>(tiles.across);
  const LaunchShape shape{dim3(static_cast<unsigned>(tiles.count())), dim3(Shape::threads),
                          TileProduct<A, Shape, true, false>::shared_bytes(), programmatic};
  return launch(stream, shape, fused_forward_kernel<A, Shape>, job);
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

bool fused_supports(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias, MatrixRef y) {
  return has_countable_extents(x) && has_countable_extents(w) && has_countable_extents(y) &&
         is_float(x.type) && x.type == w.type && is_float(y.type) && x.rows == y.rows &&
         x.cols == w.rows && w.cols == y.cols && (bias.empty() || bias.size == y.cols);
}

cudaError_t fused_forward(cudaStream_t stream, ConstMatrixRef x, ConstMatrixRef w,
                          VectorView<const float> bias, math::Activation activation, float slope,
                          MatrixRef y, const FusedLaunch& options) {
  if (!fused_supports(x, w, bias, y)) return cudaErrorInvalidValue;
  ForwardJob job;
  job.x = Operand(x);
  job.w = Operand(w);
  job.bias = bias.empty() ? nullptr : bias.data;
  job.bias_wide = starts_quads(bias.data, sizeof(float));
  job.activation = activation;
  job.slope = slope;
  job.y = QuadRows<void>(y);
  job.prefetch = options.prefetch_weights && job.w.may_come_early();
  cudaError_t status = cudaSuccess;
  with_arithmetic(x.type, options.tf32, [&](auto arithmetic) {
    with_tile_shape(tiles_of<SmallTile>(y.rows, y.cols).count(), [&](auto shape) {
      status = launch_forward<decltype(arithmetic)::value, decltype(shape)>(stream, job,
                                                                            options.programmatic);
    });
  });
  return status;
}

}  // namespace vgan::cuda
