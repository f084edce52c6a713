// A shuffled batch out of the data set on the device, brought to the network's range.
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/math/permutation.hpp"
#include "kernels/math/pixel.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

__device__ float network_value(std::uint8_t pixel, float scale, float offset) {
  return math::normalise_pixel(pixel, scale, offset);
}
__device__ float network_value(float value, float scale, float offset) {
  return value * scale + offset;
}

// A block for each row of the batch.
template <class In, class Out>
__global__ void __launch_bounds__(block_threads)
    gather_kernel(MatrixView<const In> trials, float scale, float offset, std::uint64_t seed,
                  StepCounter counter, MatrixView<Out> out) {
  __shared__ std::int64_t shared_trial;
  if (threadIdx.x == 0) {
    const auto count = static_cast<std::uint64_t>(trials.rows);
    const std::uint64_t position =
        counter.value() * static_cast<std::uint64_t>(out.rows) + blockIdx.x;
    shared_trial =
        static_cast<std::int64_t>(math::permute(position % count, count, seed, position / count));
  }
  __syncthreads();
  const In* from = trials.row(shared_trial);
  Out* to = out.row(blockIdx.x);
  for (std::int64_t j = threadIdx.x; j < out.cols; j += blockDim.x) {
    to[j] = math::from_float<Out>(network_value(from[j], scale, offset));
  }
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const GatherTask& task, Scratch&) {
  cudaError_t status = cudaSuccess;
  const LaunchShape shape{dim3(static_cast<unsigned>(task.out.rows)), dim3(block_threads)};
  with_float_type(task.out.type, [&](auto type) {
    using Out = decltype(type);
    if (task.trials.type == ElementType::u8) {
      status =
          launch(stream, shape, gather_kernel<std::uint8_t, Out>, task.trials.as<std::uint8_t>(),
                 task.scale, task.offset, task.seed, task.counter, task.out.as<Out>());
    } else {
      status = launch(stream, shape, gather_kernel<float, Out>, task.trials.as<float>(), task.scale,
                      task.offset, task.seed, task.counter, task.out.as<Out>());
    }
  });
  return status;
}

}  // namespace vgan::cuda
