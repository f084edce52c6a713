#include <limits>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/pair_strips.hpp"

namespace vgan::cpu {
namespace {

constexpr float nowhere = std::numeric_limits<float>::infinity();

template <int Bytes>
using Strip = StripVectors<float, Bytes>;

// Squared distances of a strip's points to some queries.
template <int Bytes>
void measure_strip(const float* const* rows, const float* strip, std::int64_t numbers,
                   std::int64_t columns, typename Strip<Bytes>::Sums& sums) {
  using Vector = typename Strip<Bytes>::Vector;
  for (auto& of_query : sums) {
    for (Vector& sum : of_query) sum = Vector{};
  }
  Strip<Bytes>::add_squares(rows, strip, numbers, sums);
  for (std::int64_t c = numbers; c < columns; ++c) {
    Vector point[Strip<Bytes>::vectors];
    Strip<Bytes>::load(strip + c * strip_points, point);
    for (int q = 0; q < Strip<Bytes>::queries; ++q) {
      const Vector query = Vector{} + rows[q][c];
      for (int v = 0; v < Strip<Bytes>::vectors; ++v) {
        sums[q][v] += query != point[v] ? Vector{} + 1.0F : Vector{};
      }
    }
  }
}

// Some queries of a task, by their rows in its results.
struct Group {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

// Takes a point into the sorted list of a query, behind those that are as near.
void insert(const NearestRowsTask& task, std::int64_t query, float squared, std::int64_t index) {
  float* const distances = task.squared.row(query);
  std::int64_t* const indices = task.indices.row(query);
  std::int64_t at = task.squared.cols - 1;
  for (; at > 0 && squared < distances[at - 1]; --at) {
    distances[at] = distances[at - 1];
    indices[at] = indices[at - 1];
  }
  distances[at] = squared;
  indices[at] = index;
}

// Whether any of many numbers is negative, by their signs: cheaper than comparisons, and right for
// what a difference is rounded to. Of a NaN the answer may be either.
template <int Bytes>
struct AnyNegative {
  typedef std::int32_t Bits __attribute__((vector_size(Bytes)));

  void add(const typename Strip<Bytes>::Vector& numbers) {
    Bits of_numbers;
    std::memcpy(&of_numbers, &numbers, Bytes);
    bits |= of_numbers;
  }
  void add_not(const typename Strip<Bytes>::Vector& numbers) {
    Bits of_numbers;
    std::memcpy(&of_numbers, &numbers, Bytes);
    bits |= ~of_numbers;
  }
  bool found() const {
    std::uint64_t words[Bytes / 8];
    std::memcpy(words, &bits, Bytes);
    std::uint64_t all = 0;
    for (const std::uint64_t word : words) all |= word;
    return (all & 0x8000000080000000U) != 0;
  }

  Bits bits{};
};

template <int Bytes>
void nearest_in_tile(NearestRowsTask task, Group group, PackedTile<float> tile) {
  using Vectors = Strip<Bytes>;
  const GroupRows queries(task.pairs.queries, group.first, group.count);
  float limits[group_queries];  // the distance of each query's last neighbour so far
  for (std::int64_t q = 0; q < group_queries; ++q) {
    const std::int64_t row = group.first + std::min(q, group.count - 1);
    limits[q] = task.squared.row(row)[task.squared.cols - 1];
  }
  const auto look_through = [&](std::int64_t q, const float* distances, std::int64_t first_point) {
    const std::int64_t query = group.first + q;
    const std::int64_t own = task.self < 0 ? -1 : task.self + query;
    for (std::int64_t p = 0; p < strip_points; ++p) {
      if (!(distances[p] < limits[q]) || first_point + p == own) continue;
      insert(task, query, distances[p], first_point + p);
      limits[q] = task.squared.row(query)[task.squared.cols - 1];
    }
  };
  for (std::int64_t s = 0; s < tile.strips(); ++s) {
    for (std::int64_t first = 0; first < group.count; first += Vectors::queries) {
      typename Vectors::Sums sums;
      measure_strip<Bytes>(queries.rows + first, tile.strip(s), task.pairs.numbers(), tile.columns,
                           sums);
      AnyNegative<Bytes> nearer;
      for (int q = 0; q < Vectors::queries; ++q) {
        for (int v = 0; v < Vectors::vectors; ++v) nearer.add(sums[q][v] - limits[first + q]);
      }
      if (!nearer.found()) continue;
      for (std::int64_t q = 0; q < Vectors::queries && first + q < group.count; ++q) {
        float distances[strip_points];
        std::memcpy(distances, sums[q], sizeof(distances));
        look_through(first + q, distances, task.first_point + tile.first + s * strip_points);
      }
    }
  }
}

// `radii`: of the tile's points, for whole strips.
template <int Bytes>
void count_in_tile(CountBallsTask task, Group group, PackedTile<float> tile, const float* radii) {
  using Vectors = Strip<Bytes>;
  const GroupRows queries(task.pairs.queries, group.first, group.count);
  for (std::int64_t s = 0; s < tile.strips(); ++s) {
    const float* const of_strip = radii + s * strip_points;
    typename Vectors::Vector radius[Vectors::vectors];
    Vectors::load(of_strip, radius);
    for (std::int64_t first = 0; first < group.count; first += Vectors::queries) {
      typename Vectors::Sums sums;
      measure_strip<Bytes>(queries.rows + first, tile.strip(s), task.pairs.numbers(), tile.columns,
                           sums);
      AnyNegative<Bytes> inside;
      for (int q = 0; q < Vectors::queries; ++q) {
        for (int v = 0; v < Vectors::vectors; ++v) inside.add_not(radius[v] - sums[q][v]);
      }
      if (!inside.found()) continue;
      for (std::int64_t q = 0; q < Vectors::queries && first + q < group.count; ++q) {
        float distances[strip_points];
        std::memcpy(distances, sums[q], sizeof(distances));
        std::int64_t& count = task.counts.data[group.first + first + q];
        for (std::int64_t p = 0; p < strip_points; ++p) {
          count += distances[p] <= of_strip[p] && distances[p] < nowhere ? 1 : 0;
        }
      }
    }
  }
}

void forget(const NearestRowsTask& task) {
  for (std::int64_t i = 0; i < task.squared.rows; ++i) {
    std::fill_n(task.squared.row(i), task.squared.cols, nowhere);
    std::fill_n(task.indices.row(i), task.indices.cols, -1);
  }
}

}  // namespace

void run(ThreadTeam& team, const NearestRowsTask& task) {
  if (!task.continued) forget(task);
  TileRoom<float> room(task.pairs.points);
  room.for_each_tile(team, nowhere, [&](const PackedTile<float>& tile) {
    for_each_group(team, task.squared.rows, [&](std::int64_t first, std::int64_t count) {
      with_vector_bytes([&](auto bytes) {
        VGAN_WIDEST(nearest_in_tile<decltype(bytes)::value>)(task, Group{first, count}, tile);
      });
    });
  });
}

void run(ThreadTeam& team, const CountBallsTask& task) {
  TileRoom<float> room(task.pairs.points);
  std::vector<float> radii;
  room.for_each_tile(team, nowhere, [&](const PackedTile<float>& tile) {
    // Nothing is within a negative distance.
    radii.assign(static_cast<std::size_t>(tile.strips() * strip_points), -1.0F);
    std::copy_n(task.squared_radii.data + tile.first, tile.count, radii.data());
    for_each_group(team, task.counts.size, [&](std::int64_t first, std::int64_t count) {
      with_vector_bytes([&](auto bytes) {
        VGAN_WIDEST(count_in_tile<decltype(bytes)::value>)
        (task, Group{first, count}, tile, radii.data());
      });
    });
  });
}

}  // namespace vgan::cpu
