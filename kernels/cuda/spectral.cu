// Spectral normalisation: power iteration, sigma, the normalised weight, and the gradient through
// them. All sums are in double and in an order that the shape alone decides.
#include "kernels/math/spectral.hpp"

#include <cmath>

#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/part_sums.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

constexpr int warps = block_threads / 32;

/// Where the intermediate results of spectral_norm lie.
struct SpectralScratch {
  double* products;  ///< [in]: w u
  double* squares;   ///< sums of `warps` of their squares each
  std::int64_t square_parts;
  double* columns;  ///< [bands, out]: w^T v, a band of rows at a time
  std::int64_t bands;
  std::int64_t band;  ///< rows
};

// The sum over the block, in every thread; ends with a barrier.
__device__ double block_total(double value, BlockSumMemory<double>& parts, double* shared_total) {
  const double total = block_sum(value, parts);
  if (threadIdx.x == 0) *shared_total = total;
  __syncthreads();
  return *shared_total;
}

// A warp for each row: products = w u, and the squares of a block's rows.
__global__ void __launch_bounds__(block_threads)
    weight_rows_kernel(MatrixView<const float> w, const float* u, SpectralScratch scratch) {
  __shared__ double squares[warps];
  const unsigned warp = threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * warps + warp;
  double sum = 0.0;
  if (i < w.rows) {
    const float* row = w.row(i);
    for (std::int64_t j = lane; j < w.cols; j += 32) {
      sum += static_cast<double>(row[j]) * static_cast<double>(u[j]);
    }
  }
  sum = sum_to_first_lane(sum);
  if (lane == 0) squares[warp] = sum * sum;
  if (lane == 0 && i < w.rows) scratch.products[i] = sum;
  __syncthreads();
  if (threadIdx.x != 0) return;
  double square = 0.0;
  for (int k = 0; k < warps; ++k) square += squares[k];
  scratch.squares[blockIdx.x] = square;
}

// Block (b, p): columns [32 b, 32 (b + 1)) of w^T v over band p of the rows. With `iterate`, v is
// made of the products on the way, and the blocks of the first columns store it.
__global__ void __launch_bounds__(block_threads)
    weight_columns_kernel(MatrixView<const float> w, bool iterate, float* v,
                          SpectralScratch scratch) {
  __shared__ BlockSumMemory<double> parts;
  __shared__ double sums[warps][33];
  __shared__ double total;
  double inverse = 1.0;
  if (iterate) {
    double part = 0.0;
    for (std::int64_t k = threadIdx.x; k < scratch.square_parts; k += blockDim.x) {
      part += scratch.squares[k];
    }
    inverse = 1.0 / math::held_norm(std::sqrt(block_total(part, parts, &total)));
  }
  const unsigned warp = threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  const std::int64_t column = static_cast<std::int64_t>(blockIdx.x) * 32 + lane;
  const std::int64_t first = blockIdx.y * scratch.band;
  const std::int64_t end = min(first + scratch.band, w.rows);
  double sum = 0.0;
  for (std::int64_t i = first + warp; i < end; i += warps) {
    const float value = iterate ? static_cast<float>(scratch.products[i] * inverse) : v[i];
    if (iterate && blockIdx.x == 0 && lane == 0) v[i] = value;
    if (column < w.cols) sum += static_cast<double>(w.row(i)[column]) * static_cast<double>(value);
  }
  sums[warp][lane] = sum;
  __syncthreads();
  if (warp != 0 || column >= w.cols) return;
  double of_band = 0.0;
  for (int k = 0; k < warps; ++k) of_band += sums[k][lane];
  scratch.columns[blockIdx.y * w.cols + column] = of_band;
}

// One block: the bands in order, u if it moves, and sigma. The sums are left in band 0.
__global__ void __launch_bounds__(block_threads)
    sigma_kernel(std::int64_t cols, bool iterate, float* u, float* sigma, SpectralScratch scratch) {
  __shared__ BlockSumMemory<double> parts;
  __shared__ double total;
  double square = 0.0;
  for (std::int64_t j = threadIdx.x; j < cols; j += blockDim.x) {
    double sum = 0.0;
    for (std::int64_t band = 0; band < scratch.bands; ++band) {
      sum += scratch.columns[band * cols + j];
    }
    scratch.columns[j] = sum;
    square += sum * sum;
  }
  const double inverse = 1.0 / math::held_norm(std::sqrt(block_total(square, parts, &total)));
  double product = 0.0;
  for (std::int64_t j = threadIdx.x; j < cols; j += blockDim.x) {
    const float value = iterate ? static_cast<float>(scratch.columns[j] * inverse) : u[j];
    if (iterate) u[j] = value;
    product += scratch.columns[j] * static_cast<double>(value);
  }
  const double found = block_sum(product, parts);
  if (threadIdx.x == 0) *sigma = static_cast<float>(math::held_sigma(found));
}

__global__ void __launch_bounds__(block_threads)
    divide_kernel(MatrixView<const float> w, const float* sigma, MatrixView<float> normalised) {
  const float by = *sigma;
  for_each_element(w.rows, w.cols, [&](std::int64_t i, std::int64_t j) {
    normalised.row(i)[j] = w.row(i)[j] / by;
  });
}

// Block b: the sum of g * normalised over the numbers [b band, (b + 1) band), row by row.
__global__ void __launch_bounds__(block_threads)
    spectral_share_kernel(MatrixView<const float> g, MatrixView<const float> normalised,
                          std::int64_t band, double* shares) {
  __shared__ BlockSumMemory<double> parts;
  const std::int64_t first = blockIdx.x * band;
  const std::int64_t end = min(first + band, g.rows * g.cols);
  double sum = 0.0;
  for (std::int64_t at = first + threadIdx.x; at < end; at += blockDim.x) {
    const std::int64_t i = at / g.cols;
    const std::int64_t j = at % g.cols;
    sum += static_cast<double>(g.row(i)[j]) * static_cast<double>(normalised.row(i)[j]);
  }
  const double of_block = block_sum(sum, parts);
  if (threadIdx.x == 0) shares[blockIdx.x] = of_block;
}

// Every block adds up the shares, in one order, before it goes to its numbers.
__global__ void __launch_bounds__(block_threads)
    spectral_gradient_kernel(MatrixView<float> g, const float* v, const float* u,
                             const float* sigma, const double* shares, std::int64_t count) {
  __shared__ BlockSumMemory<double> parts;
  __shared__ double total;
  double part = 0.0;
  for (std::int64_t k = threadIdx.x; k < count; k += blockDim.x) part += shares[k];
  const auto share = static_cast<float>(block_total(part, parts, &total));
  const float by = *sigma;
  for_each_index(g.rows * g.cols, [&](std::int64_t at) {
    const std::int64_t i = at / g.cols;
    const std::int64_t j = at % g.cols;
    float* place = g.row(i) + j;
    *place = math::spectral_gradient(*place, share, v[i], u[j], by);
  });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

namespace {

struct SpectralSizes {
  std::int64_t square_parts, bands, band;
};

SpectralSizes sizes_of(std::int64_t rows) {
  constexpr std::int64_t least_band = 128;
  constexpr std::int64_t most_bands = 1024;
  const std::int64_t bands =
      std::clamp<std::int64_t>((rows + least_band - 1) / least_band, 1, most_bands);
  return {(rows + warps - 1) / warps, bands, (rows + bands - 1) / bands};
}

SpectralScratch carve(std::int64_t rows, double* scratch) {
  const SpectralSizes sizes = sizes_of(rows);
  double* squares = scratch + rows;
  return {scratch,     squares,   sizes.square_parts, squares + sizes.square_parts,
          sizes.bands, sizes.band};
}

std::int64_t scratch_size(const SpectralTask& task) {
  const SpectralSizes sizes = sizes_of(task.w.rows);
  return task.w.rows + sizes.square_parts + sizes.bands * task.w.cols;
}

}  // namespace

cudaError_t run(cudaStream_t stream, const SpectralTask& task, Scratch& scratch) {
  const MatrixView<const float> w = task.w;
  const SpectralScratch at = carve(w.rows, scratch.take<double>(scratch_size(task)));
  cudaError_t status = cudaSuccess;
  if (task.iterate) {
    status = launch(stream, {dim3(static_cast<unsigned>(at.square_parts)), dim3(block_threads)},
                    weight_rows_kernel, w, task.u.data, at);
    if (status != cudaSuccess) return status;
  }
  const dim3 tiles(static_cast<unsigned>((w.cols + 31) / 32), static_cast<unsigned>(at.bands));
  status = launch(stream, {tiles, dim3(block_threads)}, weight_columns_kernel, w, task.iterate,
                  task.v.data, at);
  if (status != cudaSuccess) return status;
  status = launch(stream, {dim3(1), dim3(block_threads)}, sigma_kernel, w.cols, task.iterate,
                  task.u.data, task.sigma, at);
  if (status != cudaSuccess) return status;
  return launch(stream, shape_for(w.rows, w.cols), divide_kernel, w, task.sigma, task.normalised);
}

cudaError_t run(cudaStream_t stream, const SpectralGradientTask& task, Scratch& scratch) {
  const std::int64_t numbers = task.g.rows * task.g.cols;
  const PartSizes sizes = part_sizes(numbers);
  double* const parts = scratch.take<double>(sizes.parts);
  const cudaError_t status =
      launch(stream, {dim3(static_cast<unsigned>(sizes.parts)), dim3(block_threads)},
             spectral_share_kernel, task.g, task.normalised, sizes.band, parts);
  if (status != cudaSuccess) return status;
  return launch(stream, shape_for(numbers), spectral_gradient_kernel, task.g, task.v.data,
                task.u.data, task.sigma, parts, sizes.parts);
}

}  // namespace vgan::cuda
