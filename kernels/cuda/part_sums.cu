// The second half of a sum over a whole matrix: the parts, in order.
#include "kernels/cuda/part_sums.hpp"

#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

// Block 0 adds up the first sum's parts, block 1 the second's.
__global__ void __launch_bounds__(block_threads)
    add_parts_kernel(std::int64_t count, PartSum first, PartSum second) {
  __shared__ BlockSumMemory<double> sums;
  const PartSum mine = blockIdx.x == 0 ? first : second;
  double sum = 0.0;
  for (std::int64_t i = threadIdx.x; i < count; i += blockDim.x) sum += mine.parts[i];
  const double total = block_sum(sum, sums);
  if (threadIdx.x == 0) *mine.out = static_cast<float>(total / mine.divisor);
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

PartSizes part_sizes(std::int64_t numbers) {
  constexpr std::int64_t least_band = 8 * block_threads;
  constexpr std::int64_t most_parts = 1024;
  const std::int64_t parts =
      std::clamp<std::int64_t>((numbers + least_band - 1) / least_band, 1, most_parts);
  return {parts, (numbers + parts - 1) / parts};
}

cudaError_t add_parts(cudaStream_t stream, std::int64_t count, const PartSum& first,
                      const PartSum& second) {
  if (first.out == nullptr) return cudaSuccess;
  const unsigned sums = second.out == nullptr ? 1 : 2;
  return launch(stream, {dim3(sums), dim3(block_threads)}, add_parts_kernel, count, first, second);
}

}  // namespace vgan::cuda
