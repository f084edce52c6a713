// The data set as a step reads it.
#pragma once

#include "kernels/view.hpp"

namespace vgan {

/// In device memory; it must outlive the step.
struct TrialSet {
  ConstMatrixRef trials;      ///< [count, trial], u8 or f32
  ConstMatrixRef conditions;  ///< [count, conditions], u8 or f32; empty: none
  float scale = 1.0F;         ///< network value = trial * scale + offset
  float offset = 0.0F;
};

}  // namespace vgan
