// The squared norm of a matrix, in a fixed order, while it is scaled in place.
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/pointwise.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

// A block for each row: row_sums[i] = |x_i|^2, x_i *= scale.
__global__ void row_norms_kernel(MatrixView<float> x, float scale, float* row_sums) {
  __shared__ float parts[32];
  float* row = x.row(blockIdx.x);
  float sum = 0.0F;
  for (std::int64_t j = threadIdx.x; j < x.cols; j += blockDim.x) {
    const float value = row[j];
    sum += value * value;
    row[j] = value * scale;
  }
  const float total = block_sum(sum, parts);
  if (threadIdx.x == 0) row_sums[blockIdx.x] = total;
}

// One block: *sum = weight * (row_sums[0] + ... + row_sums[rows - 1]).
__global__ void weighted_sum_kernel(const float* row_sums, std::int64_t rows, float weight,
                                    float* sum) {
  __shared__ double parts[32];
  double part = 0.0;
  for (std::int64_t i = threadIdx.x; i < rows; i += blockDim.x) part += row_sums[i];
  const double total = block_sum(part, parts);
  if (threadIdx.x == 0) *sum = static_cast<float>(total * weight);
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t squared_norm_and_scale(cudaStream_t stream, MatrixView<float> x, float weight,
                                   float scale, float* row_sums, float* sum) {
  if (x.rows > 0) {
    const cudaError_t status =
        launch(stream, {dim3(static_cast<unsigned>(x.rows)), dim3(block_threads)}, row_norms_kernel,
               x, scale, row_sums);
    if (status != cudaSuccess) return status;
  }
  return launch(stream, {dim3(1), dim3(block_threads)}, weighted_sum_kernel, row_sums, x.rows,
                weight, sum);
}

}  // namespace vgan::cuda
