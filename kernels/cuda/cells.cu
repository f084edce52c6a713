// A network over the cells of a table's columns: batches, what it sees of them, what is drawn.
#include "kernels/math/cells.hpp"

#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/warp.hpp"
#include "kernels/math/elementary.hpp"
#include "kernels/math/permutation.hpp"

namespace vgan::cuda {
namespace {

static_assert(warp_size == math::softmax_lanes);

// ---- Device code ---------------------------------------------------------------------------

// A thread for each row.
__global__ void __launch_bounds__(block_threads) cell_batch_kernel(CellBatchTask task) {
  const auto count = static_cast<std::uint64_t>(task.rows.rows);
  const auto columns = static_cast<std::int32_t>(task.cells.cols);
  const std::uint64_t batch = task.counter.value();
  const std::uint64_t masks = math::subsequence(math::Purpose::cell_mask, batch);
  for_each_index(task.cells.rows, [&](std::int64_t i) {
    const std::uint64_t position =
        batch * static_cast<std::uint64_t>(task.cells.rows) + static_cast<std::uint64_t>(i);
    const std::uint64_t row = math::permute(position % count, count, task.seed, position / count);
    const std::int32_t* const from = task.rows.row(static_cast<std::int64_t>(row));
    std::int32_t* const cells = task.cells.row(i);
    for (std::int32_t c = 0; c < columns; ++c) cells[c] = from[c];
    std::uint8_t* const observed = task.observed.row(i);
    math::draw_mask(
        task.shares, i, task.cells.rows, columns, task.seed, masks,
        [&](std::int32_t place, bool shown) { observed[task.order.data[place]] = shown ? 1 : 0; });
  });
}

// A warp for each column of each row.
__global__ void __launch_bounds__(block_threads) cell_features_kernel(CellFeaturesTask task) {
  const std::int64_t columns = task.columns.size;
  for_each_warp_item(task.x.rows * columns, [&](std::int64_t item, unsigned lane) {
    const std::int64_t i = item / columns;
    const std::int64_t c = item % columns;
    const math::CellFeatureColumn column = task.columns.data[c];
    float* const x = task.x.row(i) + column.first;
    const bool seen = task.observed.row(i)[c] != 0;
    const std::int64_t cell = seen ? task.cells.row(i)[c] : 0;
    const float* const from = task.tables + column.table + cell * column.width;
    for (std::int32_t k = static_cast<std::int32_t>(lane); k < column.width; k += warp_size) {
      x[k] = seen ? from[k] : 0.0f;
    }
  });
}

// A thread for each number.
__global__ void __launch_bounds__(block_threads) embed_cells_kernel(EmbedCellsTask task) {
  for_each_element(task.out.rows, task.out.cols, [&](std::int64_t i, std::int64_t j) {
    const std::int32_t* const cells = task.cells.row(i);
    const std::uint8_t* const observed = task.observed.row(i);
    float sum = task.bias.data[j];
    for (std::int64_t c = 0; c < task.first_rows.size; ++c) {
      if (observed[c] != 0) sum += task.tables.row(task.first_rows.data[c] + cells[c])[j];
    }
    task.out.row(i)[j] = sum;
  });
}

// A warp for each row; the sums are kernels/cpu/cells.cpp's.
__global__ void __launch_bounds__(block_threads) cell_shares_kernel(CellSharesTask task) {
  const std::int64_t cells = task.logits.cols;
  for_each_warp_item(task.logits.rows, [&](std::int64_t i, unsigned lane) {
    const float* const logits = task.logits.row(i);
    float* const shares = task.shares.row(i);
    const float most = warp_greatest(logits, cells, lane) * task.inverse_temperature;
    const auto exponential = [&](std::int64_t t) {
      return math::exp(logits[t] * task.inverse_temperature - most);
    };
    float part = 0.0f;
    for (std::int64_t t = lane; t < cells; t += warp_size) part += exponential(t);
    const float scale = task.weight / warp_sum(part);
    for (std::int64_t t = lane; t < cells; t += warp_size) {
      const float share = exponential(t) * scale;
      shares[t] = task.accumulate ? shares[t] + share : share;
    }
  });
}

// A thread for each row, for its shares are added up in order.
__global__ void __launch_bounds__(block_threads) draw_cell_kernel(DrawCellTask task) {
  const std::uint64_t subsequence = task.stream.subsequence();
  const auto cells = static_cast<std::int32_t>(task.shares.cols);
  for_each_index(task.cell.rows, [&](std::int64_t i) {
    const std::int64_t row = task.share_row(i);
    if (row < 0 || *task.observed.row(i) != 0) return;
    const std::uint8_t* const allowed =
        task.allowed.data == nullptr ? nullptr : task.allowed.row(task.allowed.rows == 1 ? 0 : i);
    const float u = math::uniform(task.stream.seed, subsequence,
                                  task.stream.first + static_cast<std::uint64_t>(i) * task.step);
    *task.cell.row(i) = math::draw_cell(task.shares.row(row), allowed, cells, u);
    *task.observed.row(i) = 1;
  });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const CellBatchTask& task, Scratch&) {
  return launch(stream, shape_for(task.cells.rows), cell_batch_kernel, task);
}

cudaError_t run(cudaStream_t stream, const CellFeaturesTask& task, Scratch&) {
  return launch(stream, warps_for(task.x.rows * task.columns.size), cell_features_kernel, task);
}

cudaError_t run(cudaStream_t stream, const EmbedCellsTask& task, Scratch&) {
  return launch(stream, shape_for(task.out.rows, task.out.cols), embed_cells_kernel, task);
}

cudaError_t run(cudaStream_t stream, const CellSharesTask& task, Scratch&) {
  return launch(stream, warps_for(task.logits.rows), cell_shares_kernel, task);
}

cudaError_t run(cudaStream_t stream, const DrawCellTask& task, Scratch&) {
  return launch(stream, shape_for(task.cell.rows), draw_cell_kernel, task);
}

}  // namespace vgan::cuda
