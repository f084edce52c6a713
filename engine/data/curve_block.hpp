// Columns side by side that are the samples of one curve: t_000, t_001, t_002...
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/data/table.hpp"

namespace vgan {

/// Columns [first, first + count) have names of one prefix with numbers behind it, each one more
/// than that before.
struct CurveBlock {
  std::size_t first = 0;
  std::size_t count = 0;
  std::string prefix;

  std::string pattern() const { return prefix + "*"; }  ///< "t_*"
};

/// Fewer columns than this are taken for a curve only where the user says so.
inline constexpr std::size_t fewest_curve_columns = 8;

/// The runs of two columns or more whose names count on.
std::vector<CurveBlock> numbered_columns(const std::vector<std::string>& names);
/// The runs among a schema's columns, by their names, whose columns are all of kind curve.
std::vector<CurveBlock> curve_blocks(const Schema& schema);
/// Whether numbered columns are a curve, by their values: fewest_curve_columns or more of numbers,
/// where the names have zeros before their numbers (t_000) and no range is further from the next
/// than half of all, or else where neighbours are alike: the mean squared difference of neighbours
/// in a row is below the variance of all (von Neumann's ratio, 1941, is 2 where they are
/// independent).
bool looks_like_curve(const Table& table, const CurveBlock& block);

}  // namespace vgan
