// The Euclidean norm of a network's gradients, and what it lets Adam follow of them.
#include <cmath>

#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/part_sums.hpp"
#include "kernels/math/clip.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

// Block b: the squares of numbers [b band, (b + 1) band).
__global__ void __launch_bounds__(block_threads)
    square_parts_kernel(VectorView<const float> gradients, std::int64_t band, double* squares) {
  __shared__ BlockSumMemory<double> parts;
  const std::int64_t first = blockIdx.x * band;
  const std::int64_t end = min(first + band, gradients.size);
  double sum = 0.0;
  for (std::int64_t at = first + threadIdx.x; at < end; at += blockDim.x) {
    const double value = gradients.data[at];
    sum += value * value;
  }
  const double of_block = block_sum(sum, parts);
  if (threadIdx.x == 0) squares[blockIdx.x] = of_block;
}

// One block.
__global__ void __launch_bounds__(block_threads)
    gradient_norm_kernel(const double* squares, std::int64_t count, float most, float* scale,
                         float* norm) {
  __shared__ BlockSumMemory<double> parts;
  double sum = 0.0;
  for (std::int64_t at = threadIdx.x; at < count; at += blockDim.x) sum += squares[at];
  const double total = block_sum(sum, parts);
  if (threadIdx.x != 0) return;
  const double found = std::sqrt(total);
  *scale = math::clip_scale(found, most);
  if (norm != nullptr) *norm = static_cast<float>(found);
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const GradientNormTask& task, Scratch& scratch) {
  const PartSizes sizes = part_sizes(task.gradients.size);
  double* const squares = scratch.take<double>(sizes.parts);
  const cudaError_t status =
      launch(stream, {dim3(static_cast<unsigned>(sizes.parts)), dim3(block_threads)},
             square_parts_kernel, task.gradients, sizes.band, squares);
  if (status != cudaSuccess) return status;
  return launch(stream, {dim3(1), dim3(block_threads)}, gradient_norm_kernel, squares, sizes.parts,
                task.most, task.scale, task.norm);
}

}  // namespace vgan::cuda
