// How pointwise loops are cut: by size alone, so that results do not depend on the thread count.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cpu {

/// Elements of one work item: 64 KiB of floats, some microseconds of work.
constexpr std::int64_t chunk_elements = 16384;

/// Calls `body(first, count, chunk)` for each chunk of [0, size).
template <class Body>
void for_each_chunk(ThreadTeam& team, std::int64_t size, Body body) {
  const std::int64_t chunks = (size + chunk_elements - 1) / chunk_elements;
  team.for_each(chunks, [&](std::int64_t chunk, int) {
    const std::int64_t first = chunk * chunk_elements;
    body(first, std::min(chunk_elements, size - first), chunk);
  });
}

/// Calls `body(row)` for each row, several rows to a work item when rows are short.
template <class Body>
void for_each_row(ThreadTeam& team, std::int64_t rows, std::int64_t cols, Body body) {
  const std::int64_t step =
      std::max<std::int64_t>(1, chunk_elements / std::max<std::int64_t>(1, cols));
  team.for_each((rows + step - 1) / step, [&](std::int64_t item, int) {
    const std::int64_t end = std::min(rows, (item + 1) * step);
    for (std::int64_t row = item * step; row < end; ++row) body(row);
  });
}

}  // namespace vgan::cpu
