// Differentiable augmentation, and the transpose of its linear part: a block for each image.
#include "kernels/math/augment.hpp"

#include "kernels/cuda/any_rows.hpp"
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

using math::AugmentDraw;

// ---- Device code ---------------------------------------------------------------------------

struct AugmentRows {
  InRows in;
  OutRows out;
  int height, width, channels;
  bool colour, translation, cutout, adjoint;
};

__device__ AugmentDraw draw_of(const AugmentRows& task, const RandomStream& numbers) {
  const std::uint64_t subsequence = numbers.subsequence();
  const AugmentDraw whole = math::augment_draw(
      numbers.seed, subsequence, numbers.first / 8 + blockIdx.x, task.height, task.width);
  const AugmentDraw draw = math::only(whole, task.colour, task.translation, task.cutout);
  return task.adjoint ? math::transposed(draw) : draw;
}

// Number c of the pixel that comes to `pixel`, as it is in memory; 0 where none does.
__device__ float moved_number(const AugmentRows& task, std::int64_t from, int c) {
  return from < 0 ? 0.0F : task.in.load(blockIdx.x, from * task.channels + c);
}

// The mean that contrast is about: of the image before it moves, or of a gradient that has moved
// back. In every thread.
__device__ float image_mean(const AugmentRows& task, const AugmentDraw& draw,
                            BlockSumMemory<double>& parts, float* shared_mean) {
  const int pixels = task.height * task.width;
  double sum = 0.0;
  for (int p = threadIdx.x; p < pixels; p += blockDim.x) {
    const int from = task.adjoint ? math::moved_from(draw, task.height, task.width, p / task.width,
                                                     p % task.width)
                                  : p;
    for (int c = 0; c < task.channels; ++c) sum += moved_number(task, from, c);
  }
  const double total = block_sum(sum, parts);
  if (threadIdx.x == 0) {
    *shared_mean = static_cast<float>(total / (static_cast<double>(pixels) * task.channels));
  }
  __syncthreads();
  return *shared_mean;
}

__global__ void __launch_bounds__(block_threads)
    augment_kernel(AugmentRows task, RandomStream numbers) {
  __shared__ BlockSumMemory<double> parts;
  __shared__ float shared_mean;
  const AugmentDraw draw = draw_of(task, numbers);
  const float mean = task.colour ? image_mean(task, draw, parts, &shared_mean) : 0.0F;
  for (int p = threadIdx.x; p < task.height * task.width; p += blockDim.x) {
    const int from =
        math::moved_from(draw, task.height, task.width, p / task.width, p % task.width);
    // Zeros that come in after the colours stay zeros; those of a gradient come in before.
    const bool coloured = task.colour && (task.adjoint || from >= 0);
    float total = 0.0F;
    for (int c = 0; c < task.channels && coloured; ++c) total += moved_number(task, from, c);
    const float pixel_mean = total / static_cast<float>(task.channels);
    for (int c = 0; c < task.channels; ++c) {
      const float x = moved_number(task, from, c);
      const float value = coloured ? math::recolour(draw, x, pixel_mean, mean) : x;
      task.out.store(blockIdx.x, static_cast<std::int64_t>(p) * task.channels + c, value);
    }
  }
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const AugmentTask& task, Scratch&) {
  const AugmentRows rows{InRows(task.in),
                         OutRows(task.out),
                         static_cast<int>(task.height),
                         static_cast<int>(task.width),
                         static_cast<int>(task.channels),
                         task.colour,
                         task.translation,
                         task.cutout,
                         task.adjoint};
  return launch(stream, {dim3(static_cast<unsigned>(task.in.rows)), dim3(block_threads)},
                augment_kernel, rows, task.stream);
}

}  // namespace vgan::cuda
