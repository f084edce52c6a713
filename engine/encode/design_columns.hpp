// Which columns of a table were set by an experiment's design, not measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vgan {

/// `columns` are numbers, all of one count, NaN where there is none. For each the share of rows
/// that have the same number as the row nearest to them in all other columns, each column
/// standardised. Equal rows count once; up to `asked` rows are asked, among up to `most` rows,
/// drawn by `seed`. Takes asked * most * columns^2 steps at most.
std::vector<double> shares_with_nearest(const std::vector<std::vector<double>>& columns,
                                        std::size_t asked = 1500, std::size_t most = 50000,
                                        std::uint64_t seed = 1);

}  // namespace vgan
