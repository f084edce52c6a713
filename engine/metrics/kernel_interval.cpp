#include "engine/metrics/kernel_interval.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/check.hpp"
#include "engine/base/number_text.hpp"
#include "engine/metrics/pair_blocks.hpp"

namespace vgan {
namespace {

// One side's rows in the order of their groups.
struct GroupedRows {
  GroupedRows(const Features& features, std::uint64_t seed, std::uint64_t side)
      : draws(features.rows, seed, side, kernel_groups), rows{features.rows, features.columns, {}} {
    std::vector<std::vector<std::int64_t>> members(static_cast<std::size_t>(draws.groups()));
    for (std::int64_t row = 0; row < features.rows; ++row) {
      const std::int32_t group = draws.group_of()[static_cast<std::size_t>(row)];
      members[static_cast<std::size_t>(group)].push_back(row);
    }
    rows.values.reserve(features.values.size());
    for (const std::vector<std::int64_t>& own : members) {
      for (const std::int64_t row : own) {
        rows.values.insert(rows.values.end(), features.row(row),
                           features.row(row) + features.columns);
        group_of.push_back(std::ssize(first));
      }
      first.push_back(std::ssize(group_of) - std::ssize(own));
      sizes.push_back(std::ssize(own));
    }
  }

  Resampling draws;
  Features rows;
  std::vector<std::int64_t> group_of;      ///< [rows]
  std::vector<std::int64_t> first, sizes;  ///< [groups]
};

// Sums of a kernel over the pairs of a row of each group of `x` and one of each group of `y`,
// [x groups, y groups]. `same`: they are one side, and no row is paired with itself.
std::vector<double> group_sums(MeasureDevice& device, const GroupedRows& x, const GroupedRows& y,
                               const PairKernel& kernel, bool same) {
  std::vector<double> made(x.first.size() * y.first.size(), 0.0), some;
  Buffer query_room, point_room;
  for_each_block(device, x.rows, block_queries, query_room, [&](auto block, std::int64_t from) {
    some.resize(static_cast<std::size_t>(block.rows));
    for (std::size_t group = 0; group < y.first.size(); ++group) {
      const std::int64_t most = block_points(y.rows), end = y.first[group] + y.sizes[group];
      const Buffer sums = device.room_for<double>(block.rows, "sums of a kernel");
      for (std::int64_t at = y.first[group]; at < end; at += most) {
        const auto points = device.bring(rows_of(y.rows, at, std::min(most, end - at)), point_room);
        device.backend().run(
            device.queue(),
            PairKernelTask{
                block, points, kernel, at, same ? from : -1, {sums.as<double>(), block.rows}});
      }
      device.fetch(sums, some);
      for (std::int64_t row = 0; row < block.rows; ++row) {
        const std::int64_t own = x.group_of[static_cast<std::size_t>(from + row)];
        made[static_cast<std::size_t>(own) * y.first.size() + group] +=
            some[static_cast<std::size_t>(row)];
      }
    }
  });
  return made;
}

using Counts = std::vector<std::int32_t>;

double drawn_rows_of(const GroupedRows& side, const Counts& counts) {
  double rows = 0.0;
  for (std::size_t group = 0; group < counts.size(); ++group) {
    rows += static_cast<double>(counts[group]) * static_cast<double>(side.sizes[group]);
  }
  return rows;
}

double weighted_sum(const std::vector<double>& sums, const Counts& one, const Counts& two) {
  double all = 0.0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    all += sums[i] * one[i / two.size()] * two[i % two.size()];
  }
  return all;
}

// The mean over pairs of different rows of one side; of a single row that was drawn alone, what it
// is of all.
double mean_within(const std::vector<double>& sums, const GroupedRows& side, const Counts& counts) {
  const double rows = drawn_rows_of(side, counts);
  double pairs = rows * rows;
  for (std::size_t group = 0; group < counts.size(); ++group) {
    pairs -=
        static_cast<double>(counts[group]) * counts[group] * static_cast<double>(side.sizes[group]);
  }
  if (pairs > 0.0) return weighted_sum(sums, counts, counts) / pairs;
  return mean_within(sums, side, Counts(counts.size(), 1));
}

Estimate estimate(MeasureDevice& device, const Features& real, const Features& generated,
                  const PairKernel& kernel, const BootstrapOptions& options) {
  const GroupedRows x(real, options.seed, 0), y(generated, options.seed, 1);
  const std::vector<double> xx = group_sums(device, x, x, kernel, true);
  const std::vector<double> yy = group_sums(device, y, y, kernel, true);
  const std::vector<double> xy = group_sums(device, x, y, kernel, false);
  const auto figure = [&](const Counts& one, const Counts& two) {
    return mean_within(xx, x, one) + mean_within(yy, y, two) -
           2.0 * weighted_sum(xy, one, two) / (drawn_rows_of(x, one) * drawn_rows_of(y, two));
  };
  std::vector<double> figures;
  for (std::int64_t which = 0; which < options.resamples; ++which) {
    figures.push_back(figure(x.draws.counts(which), y.draws.counts(which)));
  }
  return centred_interval(figure(Counts(x.sizes.size(), 1), Counts(y.sizes.size(), 1)),
                          std::move(figures), options.inside);
}

void require_sides(const Features& real, const Features& generated) {
  require(real.columns == generated.columns, "kernel distance",
          std::to_string(generated.columns) + " columns", std::to_string(real.columns));
  const std::int64_t rows = std::min(real.rows, generated.rows);
  require(rows >= 2, "kernel distance", std::to_string(rows) + " rows", "2 or more");
}

}  // namespace

Estimate kernel_distance_estimate(MeasureDevice& device, const Features& real,
                                  const Features& generated, const BootstrapOptions* options) {
  if (options == nullptr) return {kernel_distance(device, real, generated)};
  require_sides(real, generated);
  const auto columns = static_cast<double>(std::max<std::int64_t>(1, real.columns));
  return estimate(device, real, generated, {PairKernel::Kind::cubic, 1.0 / columns}, *options);
}

Estimate gaussian_mmd_estimate(MeasureDevice& device, const Features& real,
                               const Features& generated, double bandwidth,
                               const BootstrapOptions* options) {
  if (options == nullptr) return {gaussian_mmd(device, real, generated, bandwidth)};
  require_sides(real, generated);
  require(bandwidth > 0.0, "Gaussian MMD", "a bandwidth of " + general_text(bandwidth), "above 0");
  return estimate(device, real, generated,
                  {PairKernel::Kind::gaussian, 0.5 / (bandwidth * bandwidth)}, *options);
}

}  // namespace vgan
