// Sums of a kernel over pairs of rows.
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/pair_tile.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

struct AddProduct {
  __device__ void operator()(double& sum, double query, double point, std::int64_t) const {
    sum += query * point;
  }
};

struct AddSquare {
  __device__ void operator()(double& sum, double query, double point, std::int64_t) const {
    const double apart = query - point;
    sum += apart * apart;
  }
};

// Block (q, p): sums [p, query] = the sums over part p of the queries of tile q. Each thread adds
// up its points in order, then those of a query are added up in order.
template <class Add>
__global__ void __launch_bounds__(block_threads)
    pair_kernel_parts_kernel(PairKernelTask task, std::int64_t band, double* out) {
  __shared__ PairTileMemory<double> tile;
  __shared__ double room[pair_tile][pair_lanes + 1];
  const int row = static_cast<int>(threadIdx.x) / pair_lanes;
  const int column = static_cast<int>(threadIdx.x) % pair_lanes;
  const std::int64_t rows = task.queries.rows;
  const std::int64_t first_query = static_cast<std::int64_t>(blockIdx.x) * pair_tile;
  const std::int64_t first = blockIdx.y * band;
  const std::int64_t end = min(first + band, task.points.rows);
  double totals[pair_side] = {0.0, 0.0, 0.0, 0.0};
  for (std::int64_t at = first; at < end; at += pair_tile) {
    double sums[pair_side][pair_side];
    sum_pairs(task.queries, first_query, task.points, at, tile, sums, Add{});
    for (int i = 0; i < pair_side; ++i) {
      const std::int64_t query = first_query + row + i * pair_lanes;
      const std::int64_t self = task.self < 0 ? -1 : task.self + query - task.first_point;
      for (int j = 0; j < pair_side; ++j) {
        const std::int64_t point = at + column + j * pair_lanes;
        const bool counts = point < end && point != self;
        totals[i] += counts ? task.kernel.value(sums[i][j]) : 0.0;
      }
    }
  }
  sum_pair_rows(totals, room, [&](int r, double sum) {
    if (first_query + r < rows) out[blockIdx.y * rows + first_query + r] = sum;
  });
}

__global__ void __launch_bounds__(block_threads)
    add_kernel_sums_kernel(const double* sums, std::int64_t parts, VectorView<double> out) {
  add_pair_parts(sums, parts, out.size, out.data);
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const PairKernelTask& task, Scratch& scratch) {
  const std::int64_t rows = task.sums.size;
  const PairParts parts(rows, task.points.rows);
  double* const sums = scratch.take<double>(parts.parts * rows);
  const bool gaussian = task.kernel.kind == PairKernel::Kind::gaussian;
  const auto kernel =
      gaussian ? pair_kernel_parts_kernel<AddSquare> : pair_kernel_parts_kernel<AddProduct>;
  const cudaError_t status = launch(stream, parts.shape(rows), kernel, task, parts.band, sums);
  if (status != cudaSuccess) return status;
  return launch(stream, shape_for(rows), add_kernel_sums_kernel, sums, parts.parts, task.sums);
}

}  // namespace vgan::cuda
