// What is asked for where a network's outputs are the cells of a table's columns and it learns what
// it was not shown (kernels/ops/cells.hpp).
#pragma once

#include <cstdint>

#include "kernels/math/cells.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// The cross-entropy of what is not observed: for row i and each column that it does not show,
/// -sum over its cells t of target[t] * log softmax(logits)[t]; the mean over the row's such
/// columns; the mean over rows. The target is 1 at the row's cell, or spread over cells near by
/// (math::CellHead). A row that shows all its columns counts as 0.
struct CellLossTask {
  static constexpr const char* name = "cell_loss";

  MatrixView<const float> logits;           ///< [n, width]
  MatrixView<const std::int32_t> cells;     ///< [n, columns]
  MatrixView<const std::uint8_t> observed;  ///< [n, columns]
  VectorView<const math::CellHead> heads;   ///< [columns], of all of the width; in device memory
  const float* bell = nullptr;              ///< bell[d]: weight of a cell d places away
  /// [width]: of a smoothed head, 1 / sum of the bell over all its smoothed cells about this one.
  const float* inverse_sums = nullptr;
  MatrixView<float> gradient;  ///< [n, width]: in the logits, and not where they lie
  float* loss = nullptr;       ///< in device memory
};

}  // namespace vgan
