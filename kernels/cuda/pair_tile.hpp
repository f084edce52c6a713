// Sums over the columns of 64 x 64 pairs of rows at a time, in registers: what neighbours.cu and
// pair_kernel.cu have in common. A pair is summed up column by column, as on the CPU.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/launch.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// Queries and points of a tile.
constexpr int pair_tile = 64;
/// Each thread has side x side pairs: queries row + 16 i and points column + 16 j of the tile.
constexpr int pair_side = 4;
constexpr int pair_lanes = pair_tile / pair_side;
/// Columns that are in shared memory at a time.
constexpr int pair_depth = 16;
static_assert(pair_lanes * pair_lanes == block_threads);

/// How points are shared out between blocks that have the same queries: part p is points
/// [p band, (p + 1) band). By size alone, so that sums do not depend on the device.
struct PairParts {
  std::int64_t parts = 1;
  std::int64_t band = pair_tile;

  PairParts(std::int64_t queries, std::int64_t points) {
    constexpr std::int64_t wanted_blocks = 1024;
    constexpr std::int64_t least_band = 4 * pair_tile;
    const std::int64_t most =
        std::max<std::int64_t>(1, wanted_blocks / std::max<std::int64_t>(1, query_tiles(queries)));
    const std::int64_t tiles = (points + pair_tile - 1) / pair_tile;
    band = std::max(least_band, (tiles + most - 1) / most * pair_tile);
    parts = std::max<std::int64_t>(1, (points + band - 1) / band);
  }
  static std::int64_t query_tiles(std::int64_t queries) {
    return (queries + pair_tile - 1) / pair_tile;
  }
  LaunchShape shape(std::int64_t queries) const {
    return {dim3(static_cast<unsigned>(query_tiles(queries)), static_cast<unsigned>(parts)),
            dim3(block_threads)};
  }
};

#if defined(__CUDACC__)

template <class T>
struct PairTileMemory {
  static constexpr int stride = pair_tile + 2;  // no two threads of a warp store to one bank
  T queries[pair_depth][stride];
  T points[pair_depth][stride];
};

/// Columns [first_column, + pair_depth) of rows [first, + pair_tile), 0 where there is none.
template <class T>
__device__ void load_pair_rows(MatrixView<const float> from, std::int64_t first,
                               std::int64_t first_column,
                               T (&to)[pair_depth][PairTileMemory<T>::stride]) {
  const int c = static_cast<int>(threadIdx.x) % pair_depth;
  const std::int64_t column = first_column + c;
  for (int r = static_cast<int>(threadIdx.x) / pair_depth; r < pair_tile;
       r += static_cast<int>(block_threads) / pair_depth) {
    const bool inside = column < from.cols && first + r < from.rows;
    to[c][r] = inside ? static_cast<T>(from.row(first + r)[column]) : T{0};
  }
}

/// sums[i][j] = the sum over columns of the pair, by `add(sum, query, point, column)`, which adds
/// nothing for two zeros. By all threads of a block of block_threads, which meet before the tile is
/// loaded and after.
template <class T, class Add>
__device__ void sum_pairs(MatrixView<const float> queries, std::int64_t first_query,
                          MatrixView<const float> points, std::int64_t first_point,
                          PairTileMemory<T>& tile, T (&sums)[pair_side][pair_side], Add add) {
  const int row = static_cast<int>(threadIdx.x) / pair_lanes;
  const int column = static_cast<int>(threadIdx.x) % pair_lanes;
  for (int i = 0; i < pair_side; ++i) {
    for (int j = 0; j < pair_side; ++j) sums[i][j] = T{0};
  }
  for (std::int64_t first = 0; first < queries.cols; first += pair_depth) {
    __syncthreads();
    load_pair_rows(queries, first_query, first, tile.queries);
    load_pair_rows(points, first_point, first, tile.points);
    __syncthreads();
    for (int c = 0; c < pair_depth; ++c) {
      T query[pair_side], point[pair_side];
      for (int i = 0; i < pair_side; ++i) {
        query[i] = tile.queries[c][row + i * pair_lanes];
        point[i] = tile.points[c][column + i * pair_lanes];
      }
      for (int i = 0; i < pair_side; ++i) {
        for (int j = 0; j < pair_side; ++j) add(sums[i][j], query[i], point[j], first + c);
      }
    }
  }
}

/// of_row[r] = the sum of row r's threads' totals, in order, by the first pair_tile threads, which
/// then call `take(r, sum)`.
template <class T, class Take>
__device__ void sum_pair_rows(const T (&totals)[pair_side], T (&room)[pair_tile][pair_lanes + 1],
                              Take take) {
  const int row = static_cast<int>(threadIdx.x) / pair_lanes;
  const int column = static_cast<int>(threadIdx.x) % pair_lanes;
  for (int i = 0; i < pair_side; ++i) room[row + i * pair_lanes][column] = totals[i];
  __syncthreads();
  if (threadIdx.x >= pair_tile) return;
  T sum{0};
  for (int lane = 0; lane < pair_lanes; ++lane) sum += room[threadIdx.x][lane];
  take(static_cast<int>(threadIdx.x), sum);
}

/// out[i] += the parts [parts, count] of i, in order. A thread for each i.
template <class T>
__device__ void add_pair_parts(const T* parts, std::int64_t count_of_parts, std::int64_t count,
                               T* out) {
  for_each_index(count, [&](std::int64_t i) {
    T sum{0};
    for (std::int64_t p = 0; p < count_of_parts; ++p) sum += parts[p * count + i];
    out[i] += sum;
  });
}

#endif  // __CUDACC__

}  // namespace vgan::cuda
