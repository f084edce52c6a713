// Convolutions on the CPU: oneDNN's direct code over fixed slices of the batch, or patches and
// matrix products where that is faster; the pointwise work follows on each slice while it is in
// cache.
#pragma once

#include <memory>

#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/ops/conv.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// Owns the primitives (made once for each shape) and their scratch memory.
///
/// A batch is cut into slices by the shape alone, each slice runs on one thread, and the slices'
/// weight gradients are added in order; so results do not depend on the number of threads, bit for
/// bit. Sums are kept in f32. Refs are checked by the caller.
class Conv {
 public:
  explicit Conv(ThreadTeam& team);
  ~Conv();

  void run(const ConvTask& task, math::Activation activation, float slope);

  /// dw = sum of patch(large)^T small, or added to what is there.
  void backward_weights(const ConvGeometry& geometry, ConstMatrixRef large, ConstMatrixRef small,
                        bool accumulate, MatrixView<float> dw);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vgan::cpu
