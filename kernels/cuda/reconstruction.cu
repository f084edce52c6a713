// A decoder's negative log-likelihood: value, squared error and gradient in one pass.
#include "kernels/cuda/any_rows.hpp"
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/part_sums.hpp"
#include "kernels/math/gaussian_nll.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

struct ReconstructionRows {
  std::int64_t rows, cols;
  InRows y, x;
  OutRows gradient;
};

// Block b has the numbers [b band, (b + 1) band) of the trials, row by row. Either likelihood's
// gradient is also the error of its mean, sigmoid(y) - x or y - x.
__global__ void __launch_bounds__(block_threads)
    reconstruction_kernel(ReconstructionRows task, std::int64_t band, bool bernoulli,
                          double* loss_parts, double* squared_parts) {
  __shared__ BlockSumMemory<double> losses;
  __shared__ BlockSumMemory<double> squares;
  const float share = 1.0F / static_cast<float>(task.rows);
  const std::int64_t first = blockIdx.x * band;
  const std::int64_t end = min(first + band, task.rows * task.cols);
  double loss = 0.0;
  double squared = 0.0;
  for (std::int64_t at = first + threadIdx.x; at < end; at += blockDim.x) {
    const std::int64_t i = at / task.cols;
    const std::int64_t j = at % task.cols;
    const float y = task.y.load(i, j);
    const float x = task.x.load(i, j);
    const math::LossAndGradient one =
        bernoulli ? math::bce_with_logits(y, x) : math::gaussian_nll(y, x);
    loss += one.loss;
    squared += static_cast<double>(one.gradient) * static_cast<double>(one.gradient);
    task.gradient.store(i, j, one.gradient * share);
  }
  const double total_loss = block_sum(loss, losses);
  const double total_squared = block_sum(squared, squares);
  if (threadIdx.x != 0) return;
  loss_parts[blockIdx.x] = total_loss;
  squared_parts[blockIdx.x] = total_squared;
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const ReconstructionTask& task, Scratch& scratch) {
  const ReconstructionRows rows{task.y.rows, task.y.cols, InRows(task.y), InRows(task.x),
                                OutRows(task.gradient)};
  const PartSizes sizes = part_sizes(task.y.size());
  double* const loss = scratch.take<double>(2 * sizes.parts);
  double* const squared = loss + sizes.parts;
  const cudaError_t status =
      launch(stream, {dim3(static_cast<unsigned>(sizes.parts)), dim3(block_threads)},
             reconstruction_kernel, rows, sizes.band, task.likelihood == Likelihood::bernoulli,
             loss, squared);
  if (status != cudaSuccess) return status;
  return add_parts(stream, sizes.parts, {loss, static_cast<double>(task.y.rows), task.loss},
                   {squared, static_cast<double>(task.y.size()), task.squared});
}

}  // namespace vgan::cuda
