// The nearest points of queries, and the balls that hold them.
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/cuda/pair_tile.hpp"
#include "kernels/cuda/warp.hpp"
#include "kernels/math/bit_cast.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

/// A point near a query, by its row in the task's points.
struct Near {
  float squared;
  std::int32_t point;
};

constexpr int most_near = static_cast<int>(NearestRowsTask::most_neighbours);
constexpr int block_warps = static_cast<int>(block_threads / warp_size);

__device__ float no_distance() { return math::float_from_bits(0x7F800000u); }

struct AddDistance {
  std::int64_t numbers;
  __device__ void operator()(float& sum, float query, float point, std::int64_t column) const {
    if (column < numbers) {
      const float apart = query - point;
      sum += apart * apart;
    } else {
      sum += query != point ? 1.0f : 0.0f;
    }
  }
};

/// Takes a point into the k nearest of a query, behind those that are as near, if it is one.
template <class Index, class Squared, class Point>
__device__ void take_near(Squared squared, Point points, int k, float distance, Index point) {
  int at = k - 1;
  if (!(distance < squared[at])) return;
  for (; at > 0 && distance < squared[at - 1]; --at) {
    squared[at] = squared[at - 1];
    points[at] = points[at - 1];
  }
  squared[at] = distance;
  points[at] = point;
}

// Block (q, p): near [p, query, k] = the nearest of part p to the queries of tile q, in order. All
// threads measure a tile of pairs; where one may be near, a thread for each query looks through it.
__global__ void __launch_bounds__(block_threads)
    nearest_parts_kernel(NearestRowsTask task, std::int64_t band, Near* near) {
  __shared__ PairTileMemory<float> tile;
  __shared__ float distances[pair_tile][pair_tile + 1];
  __shared__ float squared[pair_tile][most_near + 1];
  __shared__ std::int32_t indices[pair_tile][most_near + 1];
  __shared__ int nearer[block_warps];
  const RowPairs& pairs = task.pairs;
  const int k = static_cast<int>(task.squared.cols);
  const int own = static_cast<int>(threadIdx.x);
  const int row = own / pair_lanes;
  const int column = own % pair_lanes;
  const std::int64_t first_query = static_cast<std::int64_t>(blockIdx.x) * pair_tile;
  const std::int64_t first = blockIdx.y * band;
  const std::int64_t end = min(first + band, pairs.points.rows);
  const std::int64_t query = first_query + own;
  const bool lists = own < pair_tile && query < pairs.queries.rows;
  const std::int64_t self = task.self < 0 ? -1 : task.self + query - task.first_point;
  for (int m = 0; own < pair_tile && m < k; ++m) {
    squared[own][m] = lists ? no_distance() : -1.0f;  // nothing is near rows that are not there
    indices[own][m] = -1;
  }
  for (std::int64_t at = first; at < end; at += pair_tile) {
    __syncthreads();
    float sums[pair_side][pair_side];
    sum_pairs(pairs.queries, first_query, pairs.points, at, tile, sums,
              AddDistance{pairs.numbers()});
    bool found = false;
    for (int i = 0; i < pair_side; ++i) {
      for (int j = 0; j < pair_side; ++j) {
        const int q = row + i * pair_lanes;
        const int p = column + j * pair_lanes;
        found = found || sums[i][j] < squared[q][k - 1];
        distances[q][p] = at + p < end ? sums[i][j] : no_distance();
      }
    }
    const int any = __any_sync(0xFFFFFFFFu, found);
    if (own % static_cast<int>(warp_size) == 0) nearer[own / static_cast<int>(warp_size)] = any;
    __syncthreads();
    int look = 0;
    for (int w = 0; w < block_warps; ++w) look |= nearer[w];
    for (int p = 0; look != 0 && lists && p < pair_tile; ++p) {
      if (at + p == self) continue;
      take_near(squared[own], indices[own], k, distances[own][p],
                static_cast<std::int32_t>(at + p));
    }
  }
  if (!lists) return;
  Near* const out = near + (blockIdx.y * pairs.queries.rows + query) * k;
  for (int m = 0; m < k; ++m) out[m] = {squared[own][m], indices[own][m]};
}

// A thread for each query: its parts' nearest join its results, in order.
__global__ void __launch_bounds__(block_threads)
    nearest_join_kernel(NearestRowsTask task, const Near* near, std::int64_t parts) {
  const std::int64_t rows = task.squared.rows;
  const int k = static_cast<int>(task.squared.cols);
  for_each_index(rows, [&](std::int64_t i) {
    float* const squared = task.squared.row(i);
    std::int64_t* const indices = task.indices.row(i);
    for (int m = 0; !task.continued && m < k; ++m) {
      squared[m] = no_distance();
      indices[m] = -1;
    }
    for (std::int64_t p = 0; p < parts; ++p) {
      const Near* const of_part = near + (p * rows + i) * k;
      for (int m = 0; m < k && of_part[m].point >= 0; ++m) {
        take_near(squared, indices, k, of_part[m].squared, task.first_point + of_part[m].point);
      }
    }
  });
}

// Block (q, p): counts [p, query] = how many balls of part p hold the queries of tile q.
__global__ void __launch_bounds__(block_threads)
    count_balls_kernel(CountBallsTask task, std::int64_t band, std::int64_t* counts) {
  __shared__ PairTileMemory<float> tile;
  __shared__ std::int64_t room[pair_tile][pair_lanes + 1];
  const RowPairs& pairs = task.pairs;
  const int column = static_cast<int>(threadIdx.x) % pair_lanes;
  const std::int64_t first_query = static_cast<std::int64_t>(blockIdx.x) * pair_tile;
  const std::int64_t first = blockIdx.y * band;
  const std::int64_t end = min(first + band, pairs.points.rows);
  std::int64_t totals[pair_side] = {0, 0, 0, 0};
  for (std::int64_t at = first; at < end; at += pair_tile) {
    float sums[pair_side][pair_side];
    sum_pairs(pairs.queries, first_query, pairs.points, at, tile, sums,
              AddDistance{pairs.numbers()});
    for (int j = 0; j < pair_side; ++j) {
      const std::int64_t point = at + column + j * pair_lanes;
      const float radius = point < end ? task.squared_radii.data[point] : -1.0f;
      for (int i = 0; i < pair_side; ++i) {
        totals[i] += sums[i][j] <= radius && sums[i][j] < no_distance() ? 1 : 0;
      }
    }
  }
  sum_pair_rows(totals, room, [&](int r, std::int64_t sum) {
    if (first_query + r >= pairs.queries.rows) return;
    counts[blockIdx.y * pairs.queries.rows + first_query + r] = sum;
  });
}

__global__ void __launch_bounds__(block_threads)
    add_counts_kernel(const std::int64_t* counts, std::int64_t parts,
                      VectorView<std::int64_t> out) {
  add_pair_parts(counts, parts, out.size, out.data);
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const NearestRowsTask& task, Scratch& scratch) {
  const std::int64_t rows = task.squared.rows;
  const PairParts parts(rows, task.pairs.points.rows);
  Near* const near = scratch.take<Near>(parts.parts * rows * task.squared.cols);
  const cudaError_t status =
      launch(stream, parts.shape(rows), nearest_parts_kernel, task, parts.band, near);
  if (status != cudaSuccess) return status;
  return launch(stream, shape_for(rows), nearest_join_kernel, task, near, parts.parts);
}

cudaError_t run(cudaStream_t stream, const CountBallsTask& task, Scratch& scratch) {
  const std::int64_t rows = task.counts.size;
  const PairParts parts(rows, task.pairs.points.rows);
  auto* const counts = scratch.take<std::int64_t>(parts.parts * rows);
  const cudaError_t status =
      launch(stream, parts.shape(rows), count_balls_kernel, task, parts.band, counts);
  if (status != cudaSuccess) return status;
  return launch(stream, shape_for(rows), add_counts_kernel, counts, parts.parts, task.counts);
}

}  // namespace vgan::cuda
