// A plain matrix product, for the shapes that cuBLASLt has no algorithm for.
#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

constexpr int tile = 16;
constexpr int tile_threads = tile * tile;

// A block makes a tile x tile part of c; sums run along k in order.
template <class T>
__global__ void __launch_bounds__(tile_threads)
    plain_product_kernel(MatrixView<const T> a, bool a_transposed, MatrixView<const T> b,
                         bool b_transposed, MatrixView<float> c, std::int64_t depth,
                         bool accumulate) {
  __shared__ float a_tile[tile][tile + 1];
  __shared__ float b_tile[tile][tile + 1];
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * tile + threadIdx.y;
  const std::int64_t col = static_cast<std::int64_t>(blockIdx.y) * tile + threadIdx.x;
  float sum = 0.0F;
  for (std::int64_t first = 0; first < depth; first += tile) {
    const std::int64_t a_col = first + threadIdx.x;
    const std::int64_t b_row = first + threadIdx.y;
    const bool a_inside = row < c.rows && a_col < depth;
    const bool b_inside = b_row < depth && col < c.cols;
    a_tile[threadIdx.y][threadIdx.x] =
        a_inside ? math::to_float(a_transposed ? a.row(a_col)[row] : a.row(row)[a_col]) : 0.0F;
    b_tile[threadIdx.y][threadIdx.x] =
        b_inside ? math::to_float(b_transposed ? b.row(col)[b_row] : b.row(b_row)[col]) : 0.0F;
    __syncthreads();
    for (int k = 0; k < tile; ++k) sum += a_tile[threadIdx.y][k] * b_tile[k][threadIdx.x];
    __syncthreads();
  }
  if (row >= c.rows || col >= c.cols) return;
  float* to = c.row(row) + col;
  *to = accumulate ? *to + sum : sum;
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t plain_product(cudaStream_t stream, ConstMatrixRef a, bool a_transposed,
                          ConstMatrixRef b, bool b_transposed, MatrixView<float> c,
                          bool accumulate) {
  cudaError_t status = cudaSuccess;
  const std::int64_t depth = a_transposed ? a.rows : a.cols;
  const auto blocks = [](std::int64_t extent) {
    return static_cast<unsigned>((extent + tile - 1) / tile);
  };
  with_float_type(a.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, {dim3(blocks(c.rows), blocks(c.cols)), dim3(tile, tile)},
                    plain_product_kernel<T>, a.as<T>(), a_transposed, b.as<T>(), b_transposed, c,
                    depth, accumulate);
  });
  return status;
}

}  // namespace vgan::cuda
