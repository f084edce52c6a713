// Dense layers on the CPU: oneDNN matrix products over fixed slices, with the pointwise work done
// on each slice while it is in cache.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/cpu/thread_team.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// Owns the matrix-product primitives (made once for each shape) and their scratch memory.
///
/// A product is cut into slices by its shape alone, and each slice runs on one thread; so results
/// do not depend on the number of threads, bit for bit.
///
/// Shapes: x is [batch, inputs], w is [inputs, outputs], y is [batch, outputs], row-major. x, w and
/// dy share one element type, f32 or bf16; sums are kept in f32. Refs are checked by the caller.
class Dense {
 public:
  explicit Dense(ThreadTeam& team);
  ~Dense();

  /// y = activation(x w + bias). `bias` may be empty.
  void forward(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
               math::Activation activation, float slope, MatrixRef y);

  /// trials = map_output(activation(x w + bias)), f32 or u8 (rounded, see round_pixel).
  void forward_trials(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                      math::Activation activation, float slope, const math::OutputMap& map,
                      MatrixRef trials);

  /// y = (x w) * activation'(at), with the derivative read from the output `at` [batch, outputs]
  /// of the layer that x is a tangent of; identity takes none.
  void tangent(ConstMatrixRef x, ConstMatrixRef w, math::Activation activation, float slope,
               ConstMatrixRef at, MatrixRef y);

  /// dx = (dy w^T) * activation'(at), where `at` [batch, inputs] is the output of the layer below
  /// and `activation` is that layer's; identity takes none.
  void backward_input(ConstMatrixRef dy, ConstMatrixRef w, math::Activation activation, float slope,
                      ConstMatrixRef at, MatrixRef dx);

  /// dw = x^T dy and dbias = column sums of dy, in f32; added to what is there where asked for.
  /// `dbias` may be empty.
  void backward_weights(ConstMatrixRef x, ConstMatrixRef dy, bool accumulate, MatrixView<float> dw,
                        bool accumulate_bias, VectorView<float> dbias);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vgan::cpu
