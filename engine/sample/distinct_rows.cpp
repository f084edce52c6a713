#include "engine/sample/distinct_rows.hpp"

#include <algorithm>

namespace vgan {
namespace {

std::uint64_t hash_of(const std::int32_t* numbers, std::int64_t count) {
  std::uint64_t hash = 0;
  for (std::int64_t j = 0; j < count; ++j) {
    hash = (hash ^ static_cast<std::uint32_t>(numbers[j])) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

void DistinctRows::find(MatrixView<const std::int32_t> cells,
                        MatrixView<const std::uint8_t> observed, std::int64_t column) {
  const std::int64_t columns = cells.cols;
  group_of_.resize(static_cast<std::size_t>(cells.rows));
  firsts_.clear();
  shown_.resize(static_cast<std::size_t>(columns));
  std::size_t places = 64;
  while (places < 2 * group_of_.size()) places *= 2;
  table_.assign(places, -1);
  for (std::int64_t i = 0; i < cells.rows; ++i) {
    std::int32_t& group = group_of_[static_cast<std::size_t>(i)];
    group = -1;
    if (observed.row(i)[column] != 0) continue;
    // A cell that is not shown counts as 0, any other as its number and 1.
    std::int32_t* const shown = shown_.data() + shown_.size() - columns;
    for (std::int64_t j = 0; j < columns; ++j) {
      shown[j] = observed.row(i)[j] != 0 ? cells.row(i)[j] + 1 : 0;
    }
    group = group_with(shown, columns);
    if (group < count()) continue;
    firsts_.push_back(i);
    shown_.resize(shown_.size() + static_cast<std::size_t>(columns));
  }
}

// The group of rows that show this; count(), now in the table, where there is none yet.
std::int32_t DistinctRows::group_with(const std::int32_t* shown, std::int64_t columns) {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t place = hash_of(shown, columns) & mask;; place = (place + 1) & mask) {
    std::int32_t& group = table_[place];
    if (group < 0) return group = static_cast<std::int32_t>(count());
    const std::int32_t* const other = shown_.data() + group * columns;
    if (std::equal(shown, shown + columns, other)) return group;
  }
}

}  // namespace vgan
