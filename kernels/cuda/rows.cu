// Rows as wholes: their dot products, and a number for each to multiply it by.
#include "kernels/cuda/any_rows.hpp"
#include "kernels/cuda/block_sum.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

constexpr int warps = block_threads / 32;

// A warp for each row.
__global__ void __launch_bounds__(block_threads)
    add_row_dots_kernel(InRows a, InRows b, std::int64_t cols, MatrixView<float> y) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * warps + threadIdx.x / 32;
  const unsigned lane = threadIdx.x % 32;
  if (i >= y.rows) return;
  float sum = 0.0F;
  for (std::int64_t j = lane; j < cols; j += 32) sum += a.load(i, j) * b.load(i, j);
  sum = sum_to_first_lane(sum);
  if (lane == 0) *y.row(i) += sum;
}

struct ScaledRows {
  std::int64_t rows, cols;
  InRows a, s, at;
  OutRows out;
};

__global__ void __launch_bounds__(block_threads)
    scale_rows_kernel(ScaledRows task, math::Activation mask, float slope, bool accumulate) {
  for_each_element(task.rows, task.cols, [&](std::int64_t i, std::int64_t j) {
    const float at = mask == math::Activation::identity ? 0.0F : task.at.load(i, j);
    const float value =
        task.s.load(i, 0) * task.a.load(i, j) * math::derivative_from_output(mask, at, slope);
    task.out.store(i, j, accumulate ? value + task.out.load(i, j) : value);
  });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const RowDotsTask& task, Scratch&) {
  const std::int64_t blocks = (task.y.rows + warps - 1) / warps;
  return launch(stream, {dim3(static_cast<unsigned>(blocks)), dim3(block_threads)},
                add_row_dots_kernel, InRows(task.a), InRows(task.b), task.a.cols, task.y);
}

cudaError_t run(cudaStream_t stream, const ScaleRowsTask& task, Scratch&) {
  const ScaledRows rows{task.a.rows,    task.a.cols,     InRows(task.a),
                        InRows(task.s), InRows(task.at), OutRows(task.out)};
  const math::Activation mask = task.at.empty() ? math::Activation::identity : task.activation;
  return launch(stream, shape_for(rows.rows, rows.cols), scale_rows_kernel, rows, mask, task.slope,
                task.accumulate);
}

}  // namespace vgan::cuda
