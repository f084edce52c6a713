// What is asked for by a network that predicts each column of a table from any others, every column
// as cells (kernels/math/cells.hpp).
#pragma once

#include <cstdint>

#include "kernels/math/cells.hpp"
#include "kernels/ops/random_stream.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// A step's batch: the rows of a shuffled pass, as GatherTask takes them, and which of their
/// columns the network is shown (math::draw_mask).
struct CellBatchTask {
  static constexpr const char* name = "cell_batch";

  MatrixView<const std::int32_t> rows;  ///< [count, columns]: the cells of all rows
  std::uint64_t seed = 0;
  StepCounter counter;                   ///< of batches
  VectorView<const std::int32_t> order;  ///< [columns]: which column comes first, second and so on
  math::MaskShares shares;               ///< of the batch's rows
  MatrixView<std::int32_t> cells;        ///< [n, columns]
  MatrixView<std::uint8_t> observed;     ///< [n, columns]: 1 where the network sees the cell, or 0
};

/// x = what the network sees: for each column that is observed its cell's features, else 0.
struct CellFeaturesTask {
  static constexpr const char* name = "cell_features";

  MatrixView<const std::int32_t> cells;               ///< [n, columns]
  MatrixView<const std::uint8_t> observed;            ///< [n, columns]
  VectorView<const math::CellFeatureColumn> columns;  ///< in device memory
  const float* tables = nullptr;  ///< the columns' tables of features, in device memory
  MatrixView<float> x;            ///< [n, width]; the columns' features cover all of it
};

/// out[i] = bias + the sum over row i's observed columns of row `cell` of the column's table: the
/// first layer's product, where tables hold the products of features and weights.
struct EmbedCellsTask {
  static constexpr const char* name = "embed_cells";

  MatrixView<const std::int32_t> cells;       ///< [n, columns]
  MatrixView<const std::uint8_t> observed;    ///< [n, columns]
  VectorView<const std::int64_t> first_rows;  ///< [columns]: where a column's table starts
  MatrixView<const float> tables;             ///< [cells of all columns, width]
  VectorView<const float> bias;               ///< [width]
  MatrixView<float> out;                      ///< [n, width]
};

/// shares = [shares +] weight * softmax(logits * inverse_temperature), row by row.
struct CellSharesTask {
  static constexpr const char* name = "cell_shares";

  MatrixView<const float> logits;    ///< [n, cells] of one column
  float inverse_temperature = 1.0F;  ///< above 0
  float weight = 1.0F;
  bool accumulate = false;
  MatrixView<float> shares;  ///< [n, cells]
};

/// Draws the cell of one column in each row that does not have it yet: cell t with a probability in
/// proportion to shares[t], among those that are allowed. Row i takes number first + i * step of
/// the stream. Where no allowed cell has a share, the allowed one nearest to that of greatest
/// share.
struct DrawCellTask {
  static constexpr const char* name = "draw_cell";

  MatrixView<const float> shares;  ///< [n, cells], not normalised; or those that share_rows names
  /// [n] or empty. Empty: row i is drawn by row i of `shares`; else by row share_rows[i] -
  /// first_share of it, and where `shares` has no such row, row i is left as it is.
  VectorView<const std::int32_t> share_rows;
  std::int32_t first_share = 0;
  /// [1 or n, cells]: 0 where a row may not have the cell; data null: any may be drawn. At least
  /// one cell of a row is allowed.
  MatrixView<const std::uint8_t> allowed;
  RandomStream stream;
  std::uint64_t step = 1;
  MatrixView<std::int32_t> cell;      ///< [n, 1]
  MatrixView<std::uint8_t> observed;  ///< [n, 1]: rows with 1 are left as they are, others get 1

  /// Which row of `shares` row i is drawn by; -1: none.
  VGAN_HOST_DEVICE std::int64_t share_row(std::int64_t i) const {
    if (share_rows.empty()) return i;
    const std::int64_t row = std::int64_t{share_rows.data[i]} - first_share;
    return row >= 0 && row < shares.rows ? row : -1;
  }
};

}  // namespace vgan
