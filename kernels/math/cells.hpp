// A table's columns as cells: which of them a network is shown, the targets of what it is not, and
// how a cell is drawn.
#pragma once

#include <cstdint>

#include "kernels/math/bit_cast.hpp"
#include "kernels/math/host_device.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::math {

/// Where a column's features lie: [first, first + width) of the network's input; cell t's are
/// tables[table + t * width] and on.
struct CellFeatureColumn {
  std::int32_t first = 0;
  std::int32_t width = 0;
  std::int64_t table = 0;
};

/// A column's logits are [first, first + size) of the network's output. Of the leading `smoothed`
/// cells the target is spread by their distance: bell[|t - cell|] * inverse_sums[first + cell];
/// others, and all where it is 0, have 1 at the cell alone.
struct CellHead {
  std::int32_t first = 0;
  std::int32_t size = 1;
  std::int32_t smoothed = 0;
};

/// Which rows of a batch get which kind of mask: the first `prefixes` show the first k columns of
/// the order, the last `outcomes` all but the last `unknown` columns of the order, the rest any k
/// columns; k is uniform in [0, columns).
struct MaskShares {
  std::int64_t prefixes = 0;
  std::int64_t outcomes = 0;
  std::int32_t unknown = 1;  ///< 1 to columns
};

/// Decides which columns row `row` of `rows` shows: calls `show(place, shown)` for each place of
/// the order. Takes numbers row * (columns + 1) and the `columns` after it of the stream: the first
/// says how many, the others, of random subsets, which (D. E. Knuth, TAOCP 2, 3.4.2, algorithm S).
template <class Show>
VGAN_HOST_DEVICE inline void draw_mask(const MaskShares& shares, std::int64_t row,
                                       std::int64_t rows, std::int32_t columns, std::uint64_t seed,
                                       std::uint64_t subsequence, Show show) {
  if (row >= rows - shares.outcomes) {
    for (std::int32_t place = 0; place < columns; ++place) {
      show(place, place < columns - shares.unknown);
    }
    return;
  }
  const std::uint64_t first =
      static_cast<std::uint64_t>(row) * (static_cast<std::uint64_t>(columns) + 1);
  std::uint64_t block = first / 4;
  Words4 words = philox_block(seed, subsequence, block);
  const auto word = [&](std::uint64_t number) {
    if (number / 4 != block) {
      block = number / 4;
      words = philox_block(seed, subsequence, block);
    }
    return word_of(words, static_cast<int>(number % 4));
  };
  const std::int32_t shown = uniform_below(word(first), columns);
  if (row < shares.prefixes) {
    for (std::int32_t place = 0; place < columns; ++place) show(place, place < shown);
    return;
  }
  std::int32_t chosen = 0;
  for (std::int32_t place = 0; place < columns; ++place) {
    const int left = columns - place;
    const bool take =
        uniform_below(word(first + 1 + static_cast<std::uint64_t>(place)), left) < shown - chosen;
    chosen += take ? 1 : 0;
    show(place, take);
  }
}

/// A sum over a column's cells, in float, is that of so many lanes: lane l has cells l, l + 32 and
/// so on, in order; then the upper half of the lanes is added to the lower, until one is left. That
/// is what a warp does with its registers and a loop with vectors, so both give the same bits.
inline constexpr int softmax_lanes = 32;

/// -target * log softmax of one cell: `shifted` is its logit less the greatest, `log_sum` the
/// logarithm of the sum of all cells' exponentials of that. A cell that is no target counts as 0
/// even where its logit is -inf.
VGAN_HOST_DEVICE inline float cell_loss(float target, float shifted, float log_sum) {
  return target > 0.0f ? target * (log_sum - shifted) : 0.0f;
}

/// The gradient of weight * loss in the logit of a cell that has `share` of the softmax, where the
/// targets' sum is 1.
VGAN_HOST_DEVICE inline float cell_gradient(float share, float target, float weight) {
  return (share - target) * weight;
}

/// The share that counts: none of a cell that is not allowed, and none where it is no number.
VGAN_HOST_DEVICE inline float share_of(const float* shares, const std::uint8_t* allowed,
                                       std::int32_t cell) {
  const bool counts = (allowed == nullptr || allowed[cell] != 0) && shares[cell] > 0.0f;
  return counts ? shares[cell] : 0.0f;
}

/// The allowed cell nearest to that of the greatest share, the lower one of two; `allowed` may be
/// null.
VGAN_HOST_DEVICE inline std::int32_t nearest_allowed(const float* shares,
                                                     const std::uint8_t* allowed,
                                                     std::int32_t cells) {
  std::int32_t greatest = 0;
  float most = -float_from_bits(0x7F800000u);  // -inf; a share that is no number is not above it
  for (std::int32_t t = 0; t < cells; ++t) {
    if (!(shares[t] > most)) continue;
    most = shares[t];
    greatest = t;
  }
  if (allowed == nullptr) return greatest;
  for (std::int32_t distance = 0; distance < cells; ++distance) {
    const std::int32_t below = greatest - distance;
    const std::int32_t above = greatest + distance;
    if (below >= 0 && allowed[below] != 0) return below;
    if (above < cells && allowed[above] != 0) return above;
  }
  return greatest;
}

/// Draws one of `cells` in proportion to their shares, by u in (0, 1]: the first allowed one whose
/// running sum reaches u times the sum of all, both added up in float and in order. `allowed` may
/// be null: all are. Where no allowed cell has a share, it is nearest_allowed.
VGAN_HOST_DEVICE inline std::int32_t draw_cell(const float* shares, const std::uint8_t* allowed,
                                               std::int32_t cells, float u) {
  float total = 0.0f;
  for (std::int32_t t = 0; t < cells; ++t) total += share_of(shares, allowed, t);
  if (!(total > 0.0f)) return nearest_allowed(shares, allowed, cells);
  // Neither u nor rounding brings this above the total, which is the last of the running sums.
  const float reach = u * total;
  float sum = 0.0f;
  for (std::int32_t t = 0; t < cells; ++t) {
    const float share = share_of(shares, allowed, t);
    sum += share;
    if (share > 0.0f && sum >= reach) return t;
  }
  return nearest_allowed(shares, allowed, cells);  // not reached
}

}  // namespace vgan::math
