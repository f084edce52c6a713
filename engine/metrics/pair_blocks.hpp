// How rows that are compared with each other come to a device: in blocks, so that memory stays
// bounded.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/metrics/measure_device.hpp"

namespace vgan {

/// Numbers of a block of points: 64 MiB.
constexpr std::int64_t block_numbers = 1 << 24;
/// Queries of a block. Where several blocks of points are, each comes once for each of these.
constexpr std::int64_t block_queries = 65536;

/// Calls `body(rows, first)` for each block of `features` of up to `most` rows, in order; `rows`
/// can be read by work that is put on the device's queue meanwhile.
template <class Body>
void for_each_block(const MeasureDevice& device, const Features& features, std::int64_t most,
                    Buffer& room, Body body) {
  for (std::int64_t first = 0; first < features.rows; first += most) {
    const std::int64_t count = std::min(most, features.rows - first);
    body(device.bring(rows_of(features, first, count), room), first);
  }
}

/// Rows of a block of points.
inline std::int64_t block_points(const Features& points) {
  return std::max<std::int64_t>(1, block_numbers / std::max<std::int64_t>(1, points.columns));
}

}  // namespace vgan
