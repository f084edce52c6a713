// Loops over pairs of rows: points are packed in strips, so that a vector holds one column of
// several points, and each query stays in registers beside a strip. A pair is summed up by itself,
// column by column, so that neither the width of vectors nor the thread count changes a result.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#include "kernels/cpu/team/clones.hpp"
#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// Points of a strip.
constexpr std::int64_t strip_points = 32;
/// Queries of a work item: they are what reads a strip out of the first cache.
constexpr std::int64_t group_queries = 16;
/// Numbers of the points that are packed at a time: half a MiB of floats, for the second cache.
constexpr std::int64_t tile_numbers = 131072;

/// Strips of points from `first` on, `count` of them; the numbers of T, [strip, column, point].
template <class T>
struct PackedTile {
  const T* numbers = nullptr;
  std::int64_t columns = 0;
  std::int64_t first = 0;
  std::int64_t count = 0;

  std::int64_t strips() const { return (count + strip_points - 1) / strip_points; }
  const T* strip(std::int64_t s) const { return numbers + s * columns * strip_points; }
};

/// Room for one tile.
template <class T>
class TileRoom {
 public:
  explicit TileRoom(MatrixView<const float> points)
      : points_(points),
        most_(std::clamp<std::int64_t>(
                  tile_numbers / std::max<std::int64_t>(1, points.cols) / strip_points, 1,
                  std::max<std::int64_t>(1, (points.rows + strip_points - 1) / strip_points)) *
              strip_points),
        numbers_(static_cast<std::size_t>(most_ * points.cols) + alignment / sizeof(T)) {
    void* start = numbers_.data();
    std::size_t space = numbers_.size() * sizeof(T);
    start_ = static_cast<T*>(std::align(alignment, 0, start, space));
  }

  /// Calls `body(tile)` for each tile of the points, in order. What stands for points beyond the
  /// last is `beyond`.
  template <class Body>
  void for_each_tile(ThreadTeam& team, T beyond, Body body) {
    for (std::int64_t first = 0; first < points_.rows; first += most_) {
      const PackedTile<T> tile{start_, points_.cols, first, std::min(most_, points_.rows - first)};
      team.for_each(tile.strips(), [&](std::int64_t s, int) { pack(tile, s, beyond); });
      body(tile);
    }
  }

 private:
  static constexpr std::size_t alignment = 64;

  void pack(const PackedTile<T>& tile, std::int64_t s, T beyond) {
    T* const to = start_ + s * tile.columns * strip_points;
    const std::int64_t count = std::min(strip_points, tile.count - s * strip_points);
    for (std::int64_t p = 0; p < strip_points; ++p) {
      const float* const from =
          p < count ? points_.row(tile.first + s * strip_points + p) : nullptr;
      for (std::int64_t c = 0; c < tile.columns; ++c) {
        to[c * strip_points + p] = from == nullptr ? beyond : static_cast<T>(from[c]);
      }
    }
  }

  MatrixView<const float> points_;
  std::int64_t most_;
  std::vector<T> numbers_;
  T* start_;
};

/// Calls `body(first, count)` for each group of queries, on the team.
template <class Body>
void for_each_group(ThreadTeam& team, std::int64_t queries, Body body) {
  team.for_each((queries + group_queries - 1) / group_queries, [&](std::int64_t group, int) {
    const std::int64_t first = group * group_queries;
    body(first, std::min(group_queries, queries - first));
  });
}

/// The rows of a group, the last one repeated where there are fewer.
struct GroupRows {
  GroupRows(MatrixView<const float> queries, std::int64_t first, std::int64_t count) {
    for (std::int64_t q = 0; q < group_queries; ++q) {
      rows[q] = queries.row(first + std::min(q, count - 1));
    }
  }
  const float* rows[group_queries];
};

/// Calls `body(bytes)`, a std::integral_constant: how wide vectors are that a VGAN_WIDEST loop does
/// well with here.
template <class Body>
void with_vector_bytes(Body body) {
#if defined(VGAN_CPU_CLONES)
  const InstructionSet set = instruction_set();
  if (set >= InstructionSet::avx512) return body(std::integral_constant<int, 64>{});
  if (set == InstructionSet::avx2) return body(std::integral_constant<int, 32>{});
#endif
  body(std::integral_constant<int, 16>{});
}

/// What a strip is cut into for vectors of so many bytes.
template <class T, int Bytes>
struct StripVectors {
  static constexpr int lanes = Bytes / static_cast<int>(sizeof(T));
  static constexpr int vectors = static_cast<int>(strip_points) / lanes;
  /// Queries beside one strip: their sums take eight registers, more where a strip alone does.
  static constexpr int queries = vectors >= 8 ? 1 : 8 / vectors;
  typedef T Vector __attribute__((vector_size(Bytes)));
  using Sums = Vector[queries][vectors];
  static void load(const T* from, Vector (&to)[vectors]) {
    for (int v = 0; v < vectors; ++v) std::memcpy(&to[v], from + v * lanes, sizeof(Vector));
  }
  /// sums += (query - point)^2 over columns [0, columns) of a strip.
  static void add_squares(const float* const* rows, const T* strip, std::int64_t columns,
                          Sums& sums) {
    for (std::int64_t c = 0; c < columns; ++c) {
      Vector point[vectors];
      load(strip + c * strip_points, point);
      for (int q = 0; q < queries; ++q) {
        const T query = rows[q][c];
        for (int v = 0; v < vectors; ++v) {
          const Vector apart = query - point[v];
          sums[q][v] += apart * apart;
        }
      }
    }
  }
};

}  // namespace vgan::cpu
