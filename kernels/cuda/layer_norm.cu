// Layer normalisation and its gradients: a warp for each row, and sums over the rows band by band.
#include "kernels/math/layer_norm.hpp"

#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/warp.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

constexpr int warps = block_threads / 32;

// Calls `body(j)` for this lane's share of [0, width).
template <class Body>
__device__ void for_each_lane(std::int64_t width, Body body) {
  for (std::int64_t j = threadIdx.x % 32; j < width; j += 32) body(j);
}

// The row of this thread's warp.
__device__ std::int64_t warp_row() {
  return static_cast<std::int64_t>(blockIdx.x) * warps + threadIdx.x / 32;
}

__global__ void __launch_bounds__(block_threads) layer_norm_kernel(LayerNormTask task) {
  const std::int64_t i = warp_row();
  if (i >= task.x.rows) return;
  const std::int64_t width = task.x.cols;
  const auto count = static_cast<float>(width);
  const float* const x = task.x.row(i);
  float sum = 0.0f;
  for_each_lane(width, [&](std::int64_t j) { sum += x[j]; });
  const float mean = warp_sum(sum) / count;
  float squares = 0.0f;
  for_each_lane(width, [&](std::int64_t j) { squares += (x[j] - mean) * (x[j] - mean); });
  const math::RowMoments moments = math::row_moments(mean, warp_sum(squares), count);
  float* const y = task.y.row(i);
  for_each_lane(width, [&](std::int64_t j) {
    y[j] = task.gamma.data[j] * moments.standard(x[j]) + task.beta.data[j];
  });
  if (threadIdx.x % 32 != 0 || task.statistics.data == nullptr) return;
  task.statistics.row(i)[0] = moments.mean;
  task.statistics.row(i)[1] = moments.inverse_deviation;
}

__device__ math::RowMoments moments_of(const LayerNormBackwardTask& task, std::int64_t i) {
  return {task.statistics.row(i)[0], task.statistics.row(i)[1]};
}

__global__ void __launch_bounds__(block_threads)
    layer_norm_input_kernel(LayerNormBackwardTask task) {
  const std::int64_t i = warp_row();
  if (i >= task.x.rows) return;
  const std::int64_t width = task.x.cols;
  const auto count = static_cast<float>(width);
  const math::RowMoments moments = moments_of(task, i);
  const float* const x = task.x.row(i);
  const float* const dy = task.dy.row(i);
  const float* const gamma = task.gamma.data;
  float sum = 0.0f;
  float standard_sum = 0.0f;
  for_each_lane(width, [&](std::int64_t j) {
    const float gradient = gamma[j] * dy[j];
    sum += gradient;
    standard_sum += gradient * moments.standard(x[j]);
  });
  const float share = warp_sum(sum) / count;
  const float standard_share = warp_sum(standard_sum) / count;
  const float* const residual = task.residual.data == nullptr ? nullptr : task.residual.row(i);
  float* const dx = task.dx.row(i);
  for_each_lane(width, [&](std::int64_t j) {
    const float gradient = math::layer_norm_gradient(
        gamma[j] * dy[j], moments.standard(x[j]), moments.inverse_deviation, share, standard_share);
    dx[j] = residual == nullptr ? gradient : gradient + residual[j];
  });
}

// Block (b, p): dgamma and dbeta of columns [32 b, 32 (b + 1)) over band p of the rows, which
// `parts` [bands, 2, width] has.
__global__ void __launch_bounds__(block_threads)
    layer_norm_parameters_kernel(LayerNormBackwardTask task, std::int64_t band, double* parts) {
  __shared__ double gammas[warps][33];
  __shared__ double betas[warps][33];
  const unsigned warp = threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  const std::int64_t width = task.x.cols;
  const std::int64_t j = static_cast<std::int64_t>(blockIdx.x) * 32 + lane;
  const std::int64_t first = blockIdx.y * band;
  const std::int64_t end = min(first + band, task.x.rows);
  double dgamma = 0.0;
  double dbeta = 0.0;
  for (std::int64_t i = first + warp; i < end && j < width; i += warps) {
    const float dy = task.dy.row(i)[j];
    dgamma += static_cast<double>(dy * moments_of(task, i).standard(task.x.row(i)[j]));
    dbeta += static_cast<double>(dy);
  }
  gammas[warp][lane] = dgamma;
  betas[warp][lane] = dbeta;
  __syncthreads();
  if (warp != 0 || j >= width) return;
  double of_gamma = 0.0;
  double of_beta = 0.0;
  for (int k = 0; k < warps; ++k) {
    of_gamma += gammas[k][lane];
    of_beta += betas[k][lane];
  }
  double* const place = parts + blockIdx.y * 2 * width + j;
  place[0] = of_gamma;
  place[width] = of_beta;
}

// The bands in order.
__global__ void __launch_bounds__(block_threads)
    layer_norm_bands_kernel(const double* parts, std::int64_t bands, VectorView<float> dgamma,
                            VectorView<float> dbeta) {
  const std::int64_t width = dgamma.size;
  for_each_index(2 * width, [&](std::int64_t j) {
    double sum = 0.0;
    for (std::int64_t band = 0; band < bands; ++band) sum += parts[band * 2 * width + j];
    (j < width ? dgamma.data[j] : dbeta.data[j - width]) = static_cast<float>(sum);
  });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

namespace {

LaunchShape warp_for_each(std::int64_t rows) {
  return {dim3(static_cast<unsigned>((rows + warps - 1) / warps)), dim3(block_threads)};
}

cudaError_t find_parameter_gradients(cudaStream_t stream, const LayerNormBackwardTask& task,
                                     Scratch& scratch) {
  constexpr std::int64_t least_band = 32;
  constexpr std::int64_t most_bands = 256;
  const std::int64_t rows = task.x.rows;
  const std::int64_t width = task.x.cols;
  const std::int64_t wanted =
      std::clamp<std::int64_t>((rows + least_band - 1) / least_band, 1, most_bands);
  const std::int64_t band = (rows + wanted - 1) / wanted;
  const std::int64_t bands = (rows + band - 1) / band;
  double* const parts = scratch.take<double>(bands * 2 * width);
  const dim3 grid(static_cast<unsigned>((width + 31) / 32), static_cast<unsigned>(bands));
  const cudaError_t status =
      launch(stream, {grid, dim3(block_threads)}, layer_norm_parameters_kernel, task, band, parts);
  if (status != cudaSuccess) return status;
  return launch(stream, shape_for(2 * width), layer_norm_bands_kernel, parts, bands, task.dgamma,
                task.dbeta);
}

}  // namespace

cudaError_t run(cudaStream_t stream, const LayerNormTask& task, Scratch&) {
  return launch(stream, warp_for_each(task.x.rows), layer_norm_kernel, task);
}

cudaError_t run(cudaStream_t stream, const LayerNormBackwardTask& task, Scratch& scratch) {
  // The parameters' gradients come first: dx may take the place of dy.
  if (!task.dgamma.empty()) {
    const cudaError_t status = find_parameter_gradients(stream, task, scratch);
    if (status != cudaSuccess) return status;
  }
  return launch(stream, warp_for_each(task.x.rows), layer_norm_input_kernel, task);
}

}  // namespace vgan::cuda
