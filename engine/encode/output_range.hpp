// What a network's numbers stand for.
#pragma once

#include "kernels/math/activation.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/view.hpp"

namespace vgan {

using math::Activation;
using math::OutputMap;

/// How the network's output stands to trials: trial = low + (y - output_low) / (output_high -
/// output_low) * (high - low).
struct OutputRange {
  Activation activation = Activation::tanh;
  float low = 0.0F;  ///< of the data
  float high = 255.0F;
  bool from_u8 = true;  ///< the data were u8: floats are handed out in [0, 1]

  /// Outputs as they are: whoever takes them knows what they stand for (Scaling).
  static OutputRange of_network(Activation activation) {
    OutputRange range{activation, 0.0F, 1.0F, false};
    range.low = range.output_low();
    return range;
  }
  float output_low() const { return activation == Activation::sigmoid ? 0.0F : -1.0F; }
  float output_high() const { return 1.0F; }
  /// output = trial * scale + offset
  float scale() const { return (output_high() - output_low()) / (high - low); }
  float offset() const { return output_low() - low * scale(); }
  /// From an output to a trial as it is handed out: `u8`, 0 to 255 for low to high; `f32`, in
  /// [0, 1] for u8 data, else in the data's own range.
  OutputMap map_to(ElementType type) const;
};

}  // namespace vgan
