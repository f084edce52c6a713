// A penalty on the length of each row, in a fixed order, while the rows become its gradient.
#include <algorithm>

#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

// A block for each row: what it adds to the penalty, and x_i *= scale * factor.
__global__ void __launch_bounds__(block_threads)
    penalty_rows_kernel(MatrixView<float> x, math::GradientPenalty kind, float scale,
                        float* row_values) {
  __shared__ BlockSumMemory<float> parts;
  __shared__ float shared_factor;
  float* row = x.row(blockIdx.x);
  float sum = 0.0F;
  for (std::int64_t j = threadIdx.x; j < x.cols; j += blockDim.x) sum += row[j] * row[j];
  const float square = block_sum(sum, parts);
  if (threadIdx.x == 0) {
    const math::PenaltyOfRow one = math::gradient_penalty(kind, square);
    row_values[blockIdx.x] = one.value;
    shared_factor = scale * one.factor;
  }
  __syncthreads();
  for (std::int64_t j = threadIdx.x; j < x.cols; j += blockDim.x) row[j] *= shared_factor;
}

// One block: *value = weight * (row_values[0] + ... + row_values[rows - 1]).
__global__ void __launch_bounds__(block_threads)
    weighted_sum_kernel(const float* row_values, std::int64_t rows, float weight, float* value) {
  __shared__ BlockSumMemory<double> parts;
  double part = 0.0;
  for (std::int64_t i = threadIdx.x; i < rows; i += blockDim.x) part += row_values[i];
  const double total = block_sum(part, parts);
  if (threadIdx.x == 0) *value = static_cast<float>(total * weight);
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const GradientPenaltyTask& task, Scratch& scratch) {
  const MatrixView<float> x = task.x;
  auto* const row_values = scratch.take<float>(std::max<std::int64_t>(1, x.rows));
  if (x.rows > 0) {
    const cudaError_t status =
        launch(stream, {dim3(static_cast<unsigned>(x.rows)), dim3(block_threads)},
               penalty_rows_kernel, x, task.kind, task.scale, row_values);
    if (status != cudaSuccess) return status;
  }
  return launch(stream, {dim3(1), dim3(block_threads)}, weighted_sum_kernel, row_values, x.rows,
                task.weight, task.value);
}

}  // namespace vgan::cuda
