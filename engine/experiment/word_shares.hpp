// The probability of each word of a column, by the shares of its cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/encode/cell_column.hpp"

namespace vgan {

/// The probability of each of the column's `words` words, where the value is not missing: the
/// shares of its cells without that of `missing` (-1: none); words in an order are numbers, of
/// which a cell may hold several.
std::vector<double> word_shares(const CellColumn& column, std::int32_t missing, std::size_t words,
                                std::span<const float> shares);

}  // namespace vgan
