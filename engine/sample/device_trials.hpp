// The trials to learn from, as a step reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/view.hpp"

namespace vgan {

/// Trials in device memory, which must outlive the step.
struct DeviceTrials {
  ConstMatrixRef trials;      ///< [count, trial], u8 or f32
  ConstMatrixRef conditions;  ///< [count, conditions], u8 or f32; empty: none
  float scale = 1.0F;         ///< network value = trial * scale + offset
  float offset = 0.0F;
  /// Of a model over cells, in place of `trials`: for each network the rows that it learns,
  /// [count, columns].
  std::vector<MatrixView<const std::int32_t>> cells;
};

}  // namespace vgan
