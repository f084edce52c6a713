// What a gather is asked to do: the step's batch out of the data set.
#pragma once

#include <cstdint>

#include "kernels/ops/step_state.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// Row i of out [rows, cols] is the trial at place counter.value() * rows + i of the shuffled
/// passes over `trials`, as trial * scale + offset: each trial once a pass, in an order that
/// math::permute makes of the seed and the number of the pass, without an index array.
struct GatherTask {
  static constexpr const char* name = "gather";

  ConstMatrixRef trials;  ///< [count, cols], u8 or f32
  MatrixRef out;          ///< f32 or bf16
  float scale = 1.0F;
  float offset = 0.0F;
  std::uint64_t seed = 0;
  StepCounter counter;  ///< of batches
};

}  // namespace vgan
