// The activation of residual blocks with its dropout, and the gradient through it.
#include "kernels/math/silu.hpp"

#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

__device__ void silu_at(float& x, float& y, bool differentiates, float factor) {
  const math::Silu at = math::silu(x);
  if (differentiates) x = at.derivative * factor;
  y = at.value * factor;
}

__global__ void __launch_bounds__(block_threads)
    silu_kernel(MatrixView<float> x, MatrixView<float> y, bool differentiates) {
  for_each_element(x.rows, x.cols, [&](std::int64_t i, std::int64_t j) {
    silu_at(x.row(i)[j], y.row(i)[j], differentiates, 1.0f);
  });
}

// A thread draws four words, whose eight halves serve up to eight numbers.
__global__ void __launch_bounds__(block_threads)
    silu_dropout_kernel(MatrixView<float> x, MatrixView<float> y, bool differentiates,
                        math::Dropout dropout, RandomStream numbers) {
  const std::uint64_t first = 2 * numbers.first;
  const std::uint64_t end = first + static_cast<std::uint64_t>(x.rows * x.cols);
  const std::uint64_t subsequence = numbers.subsequence();
  for_each_index(static_cast<std::int64_t>((end + 7) / 8 - first / 8), [&](std::int64_t k) {
    const std::uint64_t block = first / 8 + static_cast<std::uint64_t>(k);
    const math::Words4 words = math::philox_block(numbers.seed, subsequence, block);
    const std::uint64_t from = max(first, 8 * block);
    std::int64_t i = static_cast<std::int64_t>(from - first) / x.cols;
    std::int64_t j = static_cast<std::int64_t>(from - first) % x.cols;
    for (std::uint64_t half = from; half < min(end, 8 * block + 8); ++half) {
      const std::uint32_t word = math::word_of(words, static_cast<int>(half % 8 / 2));
      const std::uint32_t bits = half % 2 == 0 ? word & 0xFFFFu : word >> 16;
      silu_at(x.row(i)[j], y.row(i)[j], differentiates, dropout.factor(bits));
      if (++j == x.cols) j = 0, ++i;
    }
  });
}

__global__ void __launch_bounds__(block_threads)
    multiply_kernel(MatrixView<const float> factor, MatrixView<float> out) {
  for_each_element(out.rows, out.cols,
                   [&](std::int64_t i, std::int64_t j) { out.row(i)[j] *= factor.row(i)[j]; });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const SiluTask& task, Scratch&) {
  const math::Dropout dropout = math::make_dropout(task.rate);
  const std::int64_t rows = task.x.rows;
  const std::int64_t cols = task.x.cols;
  if (!dropout.drops()) {
    return launch(stream, shape_for(rows, cols), silu_kernel, task.x, task.y, task.differentiates);
  }
  return launch(stream, shape_for(rows * cols / 8 + 2), silu_dropout_kernel, task.x, task.y,
                task.differentiates, dropout, task.stream);
}

cudaError_t run(cudaStream_t stream, const MultiplyTask& task, Scratch&) {
  return launch(stream, shape_for(task.out.rows, task.out.cols), multiply_kernel, task.factor,
                task.out);
}

}  // namespace vgan::cuda
