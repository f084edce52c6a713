// The heads of a network that makes rows of a table: values, gradients, likelihood.
#include "kernels/math/heads.hpp"

#include "kernels/cuda/any_rows.hpp"
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/part_sums.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

struct HeadRows {
  std::int64_t rows, width;
  VectorView<const math::Head> heads;
};

struct HeadValues {
  InRows logits;
  const float* variance;
  OutRows out;
  MatrixView<float> soft;
};

// A thread for each head of each row.
__global__ void __launch_bounds__(block_threads)
    heads_kernel(HeadRows task, HeadValues values, math::HeadOptions options,
                 RandomStream numbers) {
  const std::uint64_t subsequence = options.noisy ? numbers.subsequence() : 0;
  for_each_element(task.rows, task.heads.size, [&](std::int64_t i, std::int64_t h) {
    math::HeadDraws draws(numbers.seed, subsequence,
                          numbers.first + static_cast<std::uint64_t>(i * task.width));
    math::apply_head(
        task.heads.data[h], options, draws,
        [&](std::int32_t j) { return values.logits.load(i, j); },
        [&](std::int32_t j) {
          return values.variance == nullptr ? 0.0f : std::sqrt(values.variance[j]);
        },
        [&](std::int32_t j, float value) { values.out.store(i, j, value); },
        [&](std::int32_t j) -> float& { return values.soft.row(i)[j]; });
  });
}

__global__ void __launch_bounds__(block_threads)
    heads_backward_kernel(HeadRows task, float temperature, MatrixView<const float> soft,
                          OutRows gradient) {
  for_each_element(task.rows, task.heads.size, [&](std::int64_t i, std::int64_t h) {
    math::head_backward(
        task.heads.data[h], temperature, [&](std::int32_t j) { return soft.row(i)[j]; },
        [&](std::int32_t j) { return gradient.load(i, j); },
        [&](std::int32_t j, float value) { gradient.store(i, j, value); });
  });
}

struct HeadLossRows {
  InRows y, x;
  OutRows gradient;
  float* variance;
  float momentum;
};

// Block h has head h of all rows.
__global__ void __launch_bounds__(block_threads)
    heads_loss_kernel(HeadRows task, HeadLossRows at, double* loss_parts, double* squared_parts) {
  __shared__ BlockSumMemory<double> losses;
  __shared__ BlockSumMemory<double> squares;
  __shared__ BlockSumMemory<double> counts;
  const math::Head head = task.heads.data[blockIdx.x];
  const bool number = head.kind == math::HeadKind::number;
  const float variance = number ? at.variance[head.first] : 1.0f;
  const float share = 1.0f / static_cast<float>(task.rows);
  double loss = 0.0;
  double squared = 0.0;
  double rows = 0.0;
  for (std::int64_t i = threadIdx.x; i < task.rows; i += blockDim.x) {
    const math::HeadLoss one = math::head_loss(
        head, variance, [&](std::int32_t j) { return at.y.load(i, j); },
        [&](std::int32_t j) { return at.x.load(i, j); },
        [&](std::int32_t j, float value) { at.gradient.store(i, j, value * share); });
    loss += static_cast<double>(one.loss);
    squared += static_cast<double>(one.squared);
    rows += one.counts ? 1.0 : 0.0;
  }
  const double total_loss = block_sum(loss, losses);
  const double total_squared = block_sum(squared, squares);
  const double total_rows = block_sum(rows, counts);
  if (threadIdx.x != 0) return;
  loss_parts[blockIdx.x] = total_loss;
  squared_parts[blockIdx.x] = total_squared;
  if (!number || !(total_rows > 0.0)) return;
  const auto error = static_cast<float>(total_squared / total_rows);
  const float moved = at.momentum * variance + (1.0f - at.momentum) * error;
  at.variance[head.first] = moved > math::least_variance ? moved : math::least_variance;
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const HeadsTask& task, Scratch&) {
  const HeadRows rows{task.logits.rows, task.logits.cols, task.heads};
  const HeadValues values{InRows(task.logits), task.variance, OutRows(task.out), task.soft};
  const math::HeadOptions options{task.noisy, task.temperature, task.soft.data != nullptr};
  return launch(stream, shape_for(rows.rows, task.heads.size), heads_kernel, rows, values, options,
                task.stream);
}

cudaError_t run(cudaStream_t stream, const HeadsBackwardTask& task, Scratch&) {
  const HeadRows rows{task.gradient.rows, task.gradient.cols, task.heads};
  return launch(stream, shape_for(rows.rows, task.heads.size), heads_backward_kernel, rows,
                task.temperature, task.soft, OutRows(task.gradient));
}

cudaError_t run(cudaStream_t stream, const HeadsLossTask& task, Scratch& scratch) {
  const HeadRows rows{task.y.rows, task.y.cols, task.heads};
  const HeadLossRows at{InRows(task.y), InRows(task.x), OutRows(task.gradient), task.variance,
                        task.momentum};
  double* const loss = scratch.take<double>(2 * task.heads.size);
  double* const squared = loss + task.heads.size;
  const cudaError_t status =
      launch(stream, {dim3(static_cast<unsigned>(task.heads.size)), dim3(block_threads)},
             heads_loss_kernel, rows, at, loss, squared);
  if (status != cudaSuccess) return status;
  return add_parts(stream, task.heads.size, {loss, static_cast<double>(task.y.rows), task.loss},
                   {squared, static_cast<double>(task.y.size()), task.squared});
}

}  // namespace vgan::cuda
