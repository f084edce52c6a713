#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/pair_strips.hpp"

namespace vgan::cpu {
namespace {

template <int Bytes>
using Strip = StripVectors<double, Bytes>;

template <int Bytes>
void add_products(const float* const* rows, const double* strip, std::int64_t columns,
                  typename Strip<Bytes>::Sums& sums) {
  for (std::int64_t c = 0; c < columns; ++c) {
    typename Strip<Bytes>::Vector point[Strip<Bytes>::vectors];
    Strip<Bytes>::load(strip + c * strip_points, point);
    for (int q = 0; q < Strip<Bytes>::queries; ++q) {
      const double query = rows[q][c];
      for (int v = 0; v < Strip<Bytes>::vectors; ++v) sums[q][v] += query * point[v];
    }
  }
}

// values[i] = the kernel; in loops without a choice between the two.
void apply(const PairKernel& kernel, double* values) {
  using Kind = PairKernel::Kind;
  if (kernel.kind == Kind::gaussian) {
    const PairKernel gaussian{Kind::gaussian, kernel.scale};
    for (std::int64_t p = 0; p < strip_points; ++p) values[p] = gaussian.value(values[p]);
  } else {
    const PairKernel cubic{Kind::cubic, kernel.scale};
    for (std::int64_t p = 0; p < strip_points; ++p) values[p] = cubic.value(values[p]);
  }
}

// Each query adds up the first points of all strips, the second ones, and so on; then these sums.
template <int Bytes>
void add_tile(PairKernelTask task, std::int64_t first, std::int64_t count,
              PackedTile<double> tile) {
  using Vectors = Strip<Bytes>;
  const GroupRows queries(task.queries, first, count);
  double totals[group_queries][strip_points] = {};
  for (std::int64_t s = 0; s < tile.strips(); ++s) {
    const std::int64_t first_point = task.first_point + tile.first + s * strip_points;
    const std::int64_t points = std::min(strip_points, tile.count - s * strip_points);
    for (std::int64_t at = 0; at < count; at += Vectors::queries) {
      const float* const* const rows = queries.rows + at;
      typename Vectors::Sums sums = {};
      if (task.kernel.kind == PairKernel::Kind::gaussian) {
        Vectors::add_squares(rows, tile.strip(s), tile.columns, sums);
      } else {
        add_products<Bytes>(rows, tile.strip(s), tile.columns, sums);
      }
      for (std::int64_t q = 0; q < Vectors::queries && at + q < count; ++q) {
        double values[strip_points];
        std::memcpy(values, sums[q], sizeof(values));
        apply(task.kernel, values);
        const std::int64_t own = task.self < 0 ? -1 : task.self + first + at + q - first_point;
        if (own >= 0 && own < strip_points) values[own] = 0.0;
        double* const total = totals[at + q];
        for (std::int64_t p = 0; p < points; ++p) total[p] += values[p];
      }
    }
  }
  for (std::int64_t q = 0; q < count; ++q) {
    double sum = 0.0;
    for (const double total : totals[q]) sum += total;
    task.sums.data[first + q] += sum;
  }
}

}  // namespace

void run(ThreadTeam& team, const PairKernelTask& task) {
  TileRoom<double> room(task.points);
  room.for_each_tile(team, 0.0, [&](const PackedTile<double>& tile) {
    for_each_group(team, task.sums.size, [&](std::int64_t first, std::int64_t count) {
      with_vector_bytes([&](auto bytes) {
        VGAN_WIDEST(add_tile<decltype(bytes)::value>)(task, first, count, tile);
      });
    });
  });
}

}  // namespace vgan::cpu
