// Minibatch standard deviation, and its gradient.
#include "kernels/math/minibatch_stddev.hpp"

#include "kernels/cuda/any_rows.hpp"
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

/// Threads for each group of rows with many features: it has few rows, and groups are few.
constexpr int most_group_threads = 1024;

// ---- Device code ---------------------------------------------------------------------------

struct Moments {
  float mean, deviation;
};

// Mean and deviation of feature j over rows [row, row + group).
__device__ Moments moments_of(const InRows& x, std::int64_t row, std::int64_t group,
                              std::int64_t j) {
  float sum = 0.0F;
  for (std::int64_t i = row; i < row + group; ++i) sum += x.load(i, j);
  const float mean = sum / static_cast<float>(group);
  float squares = 0.0F;
  for (std::int64_t i = row; i < row + group; ++i) {
    const float away = x.load(i, j) - mean;
    squares += away * away;
  }
  return {mean, math::held_deviation(squares / static_cast<float>(group))};
}

// A block for each group. One block at least: for two ptxas would spill.
template <int Threads>
__global__ void __launch_bounds__(Threads, 1)
    minibatch_stddev_kernel(InRows x, std::int64_t features, std::int64_t group,
                            OutRows statistic) {
  __shared__ BlockSumMemory<double, Threads> parts;
  __shared__ float mean;
  const std::int64_t row = blockIdx.x * group;
  double sum = 0.0;
  for (std::int64_t j = threadIdx.x; j < features; j += blockDim.x) {
    sum += moments_of(x, row, group, j).deviation;
  }
  const double total = block_sum<Threads>(sum, parts);
  if (threadIdx.x == 0) mean = static_cast<float>(total / static_cast<double>(features));
  __syncthreads();
  for (std::int64_t i = threadIdx.x; i < group; i += blockDim.x) statistic.store(row + i, 0, mean);
}

struct StddevGradient {
  InRows x, dstatistic;
  OutRows delta;
  std::int64_t groups, features, group;
};

// A thread for each feature of each group.
__global__ void __launch_bounds__(block_threads)
    minibatch_stddev_backward_kernel(StddevGradient task, math::Activation activation,
                                     float slope) {
  for_each_element(task.groups, task.features, [&](std::int64_t g, std::int64_t j) {
    const std::int64_t row = g * task.group;
    const Moments moments = moments_of(task.x, row, task.group, j);
    double dstatistic = 0.0;
    for (std::int64_t i = row; i < row + task.group; ++i) dstatistic += task.dstatistic.load(i, 0);
    const auto share =
        static_cast<float>(dstatistic / static_cast<double>(task.group * task.features));
    for (std::int64_t i = row; i < row + task.group; ++i) {
      const float x = task.x.load(i, j);
      const float gradient = math::deviation_gradient(share, x, moments.mean, moments.deviation);
      task.delta.store(
          i, j,
          task.delta.load(i, j) + math::derivative_from_output(activation, x, slope) * gradient);
    }
  });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const MinibatchStddevTask& task, Scratch&) {
  constexpr int few_threads = static_cast<int>(block_threads);
  const bool many = task.x.cols > few_threads;
  const auto groups = static_cast<unsigned>(task.x.rows / task.group);
  return launch(
      stream, {dim3(groups), dim3(many ? most_group_threads : few_threads)},
      many ? minibatch_stddev_kernel<most_group_threads> : minibatch_stddev_kernel<few_threads>,
      InRows(task.x), task.x.cols, task.group, OutRows(task.statistic));
}

cudaError_t run(cudaStream_t stream, const MinibatchStddevBackwardTask& task, Scratch&) {
  const StddevGradient rows{InRows(task.x),      InRows(task.dstatistic),
                            OutRows(task.delta), task.x.rows / task.group,
                            task.x.cols,         task.group};
  return launch(stream, shape_for(rows.groups, rows.features), minibatch_stddev_backward_kernel,
                rows, task.activation, task.slope);
}

}  // namespace vgan::cuda
