// Dense layers on the CPU: oneDNN matrix products over fixed slices, with the pointwise work done
// on each slice while it is in cache.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kernels/cpu/adam_move.hpp"
#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/ops/cell_head.hpp"
#include "kernels/ops/dense.hpp"
#include "kernels/ops/silu.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// How many bf16 numbers the copy of a [inputs, outputs] weight takes: packed where the processor
/// has tiles for it, else as the weight itself.
struct WeightCopySize {
  std::int64_t elements;
  bool packed;
};
WeightCopySize weight_copy_size(std::int64_t inputs, std::int64_t outputs);

/// Owns the matrix-product primitives (made once for each shape) and their scratch memory.
///
/// A product is cut into slices by its shape alone, and each slice runs on one thread; so results
/// do not depend on the number of threads, bit for bit.
///
/// Shapes: x is [batch, inputs], w is [inputs, outputs], y is [batch, outputs], row-major. x, w and
/// dy share one element type, f32 or bf16; sums are kept in f32. Refs are checked by the caller. A
/// packed w is what `pack_weights` made. `narrow`: operands in f32 are rounded to bf16 first; all
/// else stays as it is.
class Dense {
 public:
  explicit Dense(ThreadTeam& team);
  ~Dense();

  /// The packed copy of w, of `weight_copy_size` elements.
  void pack_weights(MatrixView<const float> w, MatrixRef copy);

  /// y = activation(x w + bias). `bias` may be empty.
  void forward(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
               math::Activation activation, float slope, MatrixRef y, bool narrow = false);

  /// silu.x = x w + bias, and then `silu`, slice by slice; in f32, of a w that is not packed.
  void forward_silu(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                    const SiluTask& silu, bool narrow = false);

  /// trials = map_output(activation(x w + bias)), f32 or u8 (rounded, see round_pixel).
  void forward_trials(ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                      math::Activation activation, float slope, const math::OutputMap& map,
                      MatrixRef trials);

  /// y = (x w) * activation'(at), with the derivative read from the output `at` [batch, outputs]
  /// of the layer that x is a tangent of; identity takes none.
  void tangent(ConstMatrixRef x, ConstMatrixRef w, math::Activation activation, float slope,
               ConstMatrixRef at, MatrixRef y);

  void backward_input(const InputGradientTask& task, bool narrow = false);

  /// factors.out = (dy w^T) * factors.factor, slice by slice; in f32, of a w that is not packed.
  void backward_silu(ConstMatrixRef dy, ConstMatrixRef w, const MultiplyTask& factors,
                     bool narrow = false);

  /// All of `task`, in f32, of a w that is not packed: of a row only what it hides is computed.
  void cell_head(const CellHeadTask& task);

  /// dw = x^T dy and dbias = column sums of dy, in f32; added to what is there where asked for.
  /// `dbias` may be empty.
  void backward_weights(ConstMatrixRef x, ConstMatrixRef dy, bool accumulate, MatrixView<float> dw,
                        bool accumulate_bias, VectorView<float> dbias, bool narrow = false);

  /// One layer's input gradient and some layers' updates, in one loop. Adam moves a slice of
  /// weights by its gradient while both are in cache; the gradient is stored only where it is added
  /// to one that is there (`accumulate`). f32 sums are those of `backward_weights`, bit for bit.
  void backward(const InputGradientTask& dx, std::span<const DenseUpdateTask> updates,
                const AdamMove& move);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vgan::cpu
