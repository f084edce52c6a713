// The cross-entropy of the cells that a network was not shown: value and gradient in one pass.
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/part_sums.hpp"
#include "kernels/cuda/warp.hpp"
#include "kernels/math/elementary.hpp"

namespace vgan::cuda {
namespace {

static_assert(warp_size == math::softmax_lanes);

// ---- Device code ---------------------------------------------------------------------------

/// One head of one row; the target is `cell`, or spread over the leading `smoothed` cells.
struct RowHead {
  const float* logits;
  float* gradient;
  std::int32_t size, cell, smoothed;
  float scale;  // of the bell
  float weight;
};

// The loss in every lane; the sums are kernels/cpu/cell_loss.cpp's.
__device__ float loss_of_head(const RowHead& head, const float* bell, unsigned lane) {
  const float most = warp_greatest(head.logits, head.size, lane);
  float part = 0.0f;
  for (std::int32_t t = static_cast<std::int32_t>(lane); t < head.size; t += warp_size) {
    const float exponential = math::exp(head.logits[t] - most);
    head.gradient[t] = exponential;
    part += exponential;
  }
  const float sum = warp_sum(part);
  const float log_sum = math::log(sum);
  const float inverse = 1.0f / sum;
  float loss = 0.0f;
  for (std::int32_t t = static_cast<std::int32_t>(lane); t < head.size; t += warp_size) {
    const std::int32_t distance = t < head.cell ? head.cell - t : t - head.cell;
    float target = distance == 0 ? 1.0f : 0.0f;
    if (head.smoothed > 0) target = t < head.smoothed ? bell[distance] * head.scale : 0.0f;
    loss += math::cell_loss(target, head.logits[t] - most, log_sum);
    head.gradient[t] = math::cell_gradient(head.gradient[t] * inverse, target, head.weight);
  }
  return warp_sum(loss);
}

// A warp for each column of each row. Block b's part is the sum of its columns' losses, each over
// the number of columns that its row does not show.
__global__ void __launch_bounds__(block_threads)
    cell_loss_kernel(CellLossTask task, double* parts) {
  __shared__ BlockSumMemory<double> sums;
  const std::int64_t columns = task.heads.size;
  double loss = 0.0;
  for_each_warp_item(task.logits.rows * columns, [&](std::int64_t item, unsigned lane) {
    const std::int64_t i = item / columns;
    const std::int64_t c = item % columns;
    const math::CellHead head = task.heads.data[c];
    const std::uint8_t* const observed = task.observed.row(i);
    float* const gradient = task.gradient.row(i) + head.first;
    if (observed[c] != 0) {
      for (std::int64_t t = lane; t < head.size; t += warp_size) gradient[t] = 0.0f;
      return;
    }
    int hidden = 0;
    for (std::int64_t other = lane; other < columns; other += warp_size) {
      hidden += observed[other] == 0 ? 1 : 0;
    }
    hidden = warp_sum(hidden);
    const std::int32_t cell = task.cells.row(i)[c];
    const bool spread = cell < head.smoothed;
    const RowHead one{task.logits.row(i) + head.first,
                      gradient,
                      head.size,
                      cell,
                      spread ? head.smoothed : 0,
                      spread ? task.inverse_sums[head.first + cell] : 0.0f,
                      1.0f / (static_cast<float>(task.logits.rows) * static_cast<float>(hidden))};
    const float mine = loss_of_head(one, task.bell, lane);
    if (lane == 0) loss += static_cast<double>(mine) / hidden;
  });
  const double total = block_sum(loss, sums);
  if (threadIdx.x == 0) parts[blockIdx.x] = total;
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const CellLossTask& task, Scratch& scratch) {
  const LaunchShape shape = warps_for(task.logits.rows * task.heads.size);
  const std::int64_t blocks = shape.grid.x;
  double* const parts = scratch.take<double>(blocks);
  const cudaError_t status = launch(stream, shape, cell_loss_kernel, task, parts);
  if (status != cudaSuccess) return status;
  return add_parts(stream, blocks, {parts, static_cast<double>(task.logits.rows), task.loss});
}

}  // namespace vgan::cuda
