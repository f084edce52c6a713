// SiLU with dropout on a part of a matrix, for the end of a product's slice.
#pragma once

#include <cstdint>

#include "kernels/ops/silu.hpp"

namespace vgan::cpu {

/// Does `task` on rows [row, row + rows), columns [col, col + cols).
void silu_part(const SiluTask& task, std::int64_t row, std::int64_t rows, std::int64_t col,
               std::int64_t cols);

/// Does `task` on such a part.
void multiply_part(const MultiplyTask& task, std::int64_t row, std::int64_t rows, std::int64_t col,
                   std::int64_t cols);

}  // namespace vgan::cpu
