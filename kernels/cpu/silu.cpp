#include "kernels/cpu/silu.hpp"

#include <algorithm>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/math/silu.hpp"

namespace vgan::cpu {
namespace {

// So many numbers have their factors found at a time, and eight more for the lane of the first.
constexpr std::int64_t piece = 1024;
using Factors = float[piece + 8];

// What the halves of blocks [block, block + blocks) of the stream say, eight to a block.
void dropout_factors(std::uint64_t seed, std::uint64_t subsequence, std::uint64_t block,
                     std::int64_t blocks, math::Dropout dropout, float* __restrict factors) {
  std::uint32_t words[piece / 2 + 4];
  for (std::int64_t i = 0; i < blocks; ++i) {
    const math::Words4 four =
        math::philox_block(seed, subsequence, block + static_cast<std::uint64_t>(i));
    words[4 * i] = four.x;
    words[4 * i + 1] = four.y;
    words[4 * i + 2] = four.z;
    words[4 * i + 3] = four.w;
  }
  for (std::int64_t i = 0; i < 4 * blocks; ++i) {
    factors[2 * i] = dropout.factor(words[i] & 0xFFFFU);
    factors[2 * i + 1] = dropout.factor(words[i] >> 16);
  }
}

// x and y may be one. `factors` is not looked at unless `drops`.
template <bool differentiates, bool drops>
void silu_row(float* x, [[maybe_unused]] const float* factors, std::int64_t count, float* y) {
#pragma omp simd
  for (std::int64_t j = 0; j < count; ++j) {
    const math::Silu at = math::silu(x[j]);
    if constexpr (drops) {
      if constexpr (differentiates) x[j] = at.derivative * factors[j];
      y[j] = at.value * factors[j];
    } else {
      if constexpr (differentiates) x[j] = at.derivative;
      y[j] = at.value;
    }
  }
}

template <bool differentiates>
void dropped_row(const SiluTask& task, const math::Dropout& dropout, std::int64_t row,
                 std::int64_t col, std::int64_t cols) {
  const std::uint64_t subsequence = task.stream.subsequence();
  for (std::int64_t first = col; first < col + cols; first += piece) {
    const std::int64_t count = std::min(piece, col + cols - first);
    // Halves are counted from the stream's beginning, eight to a block.
    const std::uint64_t half =
        2 * task.stream.first + static_cast<std::uint64_t>(row * task.x.cols + first);
    const auto lane = static_cast<std::int64_t>(half % 8);
    Factors factors;
    VGAN_WIDEST(dropout_factors)
    (task.stream.seed, subsequence, half / 8, (lane + count + 7) / 8, dropout, factors);
    VGAN_WIDEST(silu_row<differentiates, true>)
    (task.x.row(row) + first, factors + lane, count, task.y.row(row) + first);
  }
}

template <bool differentiates>
void silu_rows(const SiluTask& task, std::int64_t row, std::int64_t rows, std::int64_t col,
               std::int64_t cols) {
  const math::Dropout dropout = math::make_dropout(task.rate);
  for (std::int64_t i = row; i < row + rows; ++i) {
    if (dropout.drops()) {
      dropped_row<differentiates>(task, dropout, i, col, cols);
    } else {
      VGAN_WIDEST(silu_row<differentiates, false>)
      (task.x.row(i) + col, static_cast<const float*>(nullptr), cols, task.y.row(i) + col);
    }
  }
}

void multiply_row(const float* factor, std::int64_t count, float* out) {
  for (std::int64_t j = 0; j < count; ++j) out[j] *= factor[j];
}

}  // namespace

void silu_part(const SiluTask& task, std::int64_t row, std::int64_t rows, std::int64_t col,
               std::int64_t cols) {
  task.differentiates ? silu_rows<true>(task, row, rows, col, cols)
                      : silu_rows<false>(task, row, rows, col, cols);
}

void multiply_part(const MultiplyTask& task, std::int64_t row, std::int64_t rows, std::int64_t col,
                   std::int64_t cols) {
  for (std::int64_t i = row; i < row + rows; ++i) {
    VGAN_WIDEST(multiply_row)(task.factor.row(i) + col, cols, task.out.row(i) + col);
  }
}

void run(ThreadTeam& team, const SiluTask& task) {
  for_each_row(team, task.x.rows, 4 * task.x.cols,
               [&](std::int64_t i) { silu_part(task, i, 1, 0, task.x.cols); });
}

void run(ThreadTeam& team, const MultiplyTask& task) {
  for_each_row(team, task.out.rows, task.out.cols,
               [&](std::int64_t i) { multiply_part(task, i, 1, 0, task.out.cols); });
}

}  // namespace vgan::cpu
