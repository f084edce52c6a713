// What copies are asked to do: numbers as another type, of one value, or as trials.
#pragma once

#include "kernels/math/pixel.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// out = in, between f32 and bf16; both [n, m].
struct ConvertTask {
  static constexpr const char* name = "convert";

  ConstMatrixRef in;
  MatrixRef out;
};

/// out = value, everywhere.
struct FillTask {
  static constexpr const char* name = "fill";

  float value = 0.0F;
  MatrixRef out;  ///< f32 or bf16
};

/// trials[n, out] = map.low + (y - map.origin) * map.gain, in f32, or rounded to u8.
struct MapTrialsTask {
  static constexpr const char* name = "map_trials";

  MatrixView<const float> y;
  MatrixRef trials;
  math::OutputMap map;
};

}  // namespace vgan
